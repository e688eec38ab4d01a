//! Limits how many requests are under way at once, for a server that refuses requests but states no quota.
//!
//! This is "additive increase, multiplicative decrease": a refusal halves the number, and each round of answers adds
//! one. A slow answer changes nothing, since a heavy query is slow for other reasons.

/// The maximum number of requests at once. There is none until a request is refused.
#[derive(Debug, Default)]
pub struct Window {
    size: Option<f64>,
    /// How many requests had been sent when the number was halved. Refusals of these do not halve it again.
    sent: u64,
}

impl Window {
    /// Whether one more request may be sent beside those under way.
    pub fn has_room(&self, under_way: u64) -> bool {
        let fits = |size| {
            u32::try_from(under_way).is_ok_and(|under_way| f64::from(under_way) + 1.0 <= size)
        };
        self.size.is_none_or(fits)
    }

    /// Records that a request was answered.
    pub fn on_answer(&mut self) {
        self.size = self.size.map(|size| size + 1.0 / size);
    }

    /// Records that the `number`th request was refused. `sent` is the number of requests sent so far.
    pub fn on_refusal(&mut self, number: u64, under_way: u64, sent: u64) {
        if number <= self.sent {
            return;
        }
        let current = self
            .size
            .unwrap_or_else(|| f64::from(u32::try_from(under_way).unwrap_or(u32::MAX)));
        self.size = Some((current / 2.0).max(1.0));
        self.sent = sent;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_halves_once_for_each_round_and_grows_again() {
        let mut window = Window::default();
        assert!(window.has_room(1_000));
        (1..=16).for_each(|number| window.on_refusal(number, 16, 16));
        assert!(window.has_room(7) && !window.has_room(8));
        (0..400).for_each(|_| window.on_answer());
        assert!(window.has_room(15));
        (401..=800).for_each(|number| window.on_refusal(number, 16, number));
        assert!(window.has_room(0) && !window.has_room(1));
    }
}
