//! A gate that holds back answers, so that a test can check what the program does meanwhile.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// A gate that is closed at first. Its clones are the same gate.
#[derive(Debug, Clone, Default)]
pub struct Gate(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    state: Mutex<State>,
    opened: Condvar,
}

#[derive(Debug, Default)]
struct State {
    open: bool,
    waiting: usize,
}

impl Gate {
    /// How many answers wait at the gate.
    pub fn waiting(&self) -> usize {
        let state = self.0.state.lock();
        state.unwrap_or_else(PoisonError::into_inner).waiting
    }

    /// Opens the gate for good.
    pub fn open(&self) {
        let state = self.0.state.lock();
        state.unwrap_or_else(PoisonError::into_inner).open = true;
        self.0.opened.notify_all();
    }

    /// Waits until the gate is open.
    pub(super) fn pass(&self) {
        let state = self.0.state.lock();
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        state.waiting += 1;
        let opened = self.0.opened.wait_while(state, |state| !state.open);
        opened.unwrap_or_else(PoisonError::into_inner).waiting -= 1;
    }
}
