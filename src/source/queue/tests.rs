//! Checks the order of results, and how many wait.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use anyhow::Result;

use super::*;

impl Named for u64 {
    fn name(&self) -> String {
        format!("conversation {self}")
    }
}

impl HeapSize for u64 {
    fn heap_size(&self) -> usize {
        100
    }
}

fn limits(ordered: bool) -> Limits {
    Limits {
        workers: 4,
        ordered,
        max_waiting: 4,
        max_in_flight: 16,
        max_bytes: 1000,
        max_items: u64::MAX,
    }
}

/// Runs 100 items, of which every tenth takes longer, and returns the results in the order in which they are taken.
async fn run(limits: Limits, act: fn(u64) -> u64) -> Result<Vec<u64>> {
    let slow = move |number: u64| async move {
        let longer = if number.is_multiple_of(10) { 90 } else { 10 };
        tokio::time::sleep(Duration::from_millis(longer)).await;
        act(number)
    };
    let (mut queue, mut results) = start(limits, slow);
    let handing_out = async move {
        for number in 0..100 {
            if !queue.push(number).await {
                break;
            }
        }
    };
    let taking = async move {
        let mut all = Vec::new();
        while let Some(result) = results.next().await? {
            all.push(result);
        }
        Ok(all)
    };
    tokio::join!(handing_out, taking).1
}

#[tokio::test(start_paused = true)]
async fn results_come_in_order_or_as_they_are_ready() {
    let expected: Vec<u64> = (0..100).collect();
    assert_eq!(run(limits(true), |number| number).await.unwrap(), expected);
    let mut unordered = run(limits(false), |number| number).await.unwrap();
    assert_ne!(unordered, expected);
    unordered.sort_unstable();
    assert_eq!(unordered, expected);
}

#[tokio::test(start_paused = true)]
async fn no_more_items_are_taken_than_wanted() {
    let limits = Limits {
        max_items: 7,
        ..limits(true)
    };
    let all = run(limits, |number| number).await.unwrap();
    assert_eq!(all, [0, 1, 2, 3, 4, 5, 6]);
}

#[tokio::test(start_paused = true)]
async fn few_items_wait_for_a_worker() {
    let limits = Limits {
        max_in_flight: 100,
        ..limits(true)
    };
    let begun = Arc::new(AtomicU64::new(0));
    let count = begun.clone();
    let (mut queue, _results) = start(limits, move |number: u64| {
        count.fetch_add(1, Ordering::SeqCst);
        async move {
            std::future::pending::<()>().await;
            number
        }
    });
    let pushing = async {
        for number in 0..100 {
            queue.push(number).await;
        }
    };
    let second = Duration::from_secs(1);
    assert!(tokio::time::timeout(second, pushing).await.is_err());
    assert_eq!(begun.load(Ordering::SeqCst), 4);
    // Four are worked on, and four wait.
    assert_eq!(queue.shared.handed_out.load(Ordering::SeqCst), 8);
}

#[tokio::test(start_paused = true)]
async fn few_results_wait_for_one_who_is_busy() {
    let limits = Limits {
        max_waiting: 100,
        max_in_flight: 100,
        max_bytes: 8000,
        ..limits(true)
    };
    let (mut queue, mut results) = start(limits, |number: u64| async move {
        tokio::time::sleep(Duration::from_millis(10)).await;
        number
    });
    for number in 0..100 {
        queue.push(number).await;
    }
    assert_eq!(results.next().await.unwrap(), Some(0));
    tokio::time::sleep(Duration::from_secs(1)).await;
    // An eighth of the bytes, and what the workers had begun.
    let held = queue.shared.held.load(Ordering::SeqCst);
    assert!(held <= 8000 / 8 + 4 * 100, "{held}");
    for number in 1..100 {
        assert_eq!(results.next().await.unwrap(), Some(number));
    }
}

#[tokio::test(start_paused = true)]
async fn all_workers_go_on_when_somebody_waits() {
    let limits = Limits {
        max_waiting: 100,
        max_bytes: 800,
        ..limits(true)
    };
    let begun = Arc::new(AtomicU64::new(0));
    let count = begun.clone();
    let (mut queue, mut results) = start(limits, move |number: u64| {
        count.fetch_add(1, Ordering::SeqCst);
        let seconds = if (1..4).contains(&number) { 1 } else { 100 };
        async move {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            number
        }
    });
    for number in 0..10 {
        queue.push(number).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    // Three of the four are done, and their results are more than an eighth of the bytes.
    assert_eq!(begun.load(Ordering::SeqCst), 4);
    let waiting = tokio::time::timeout(Duration::from_secs(1), results.next());
    assert!(waiting.await.is_err());
    assert_eq!(begun.load(Ordering::SeqCst), 7);
}

#[tokio::test(start_paused = true)]
async fn only_a_result_that_is_ready_comes_without_a_wait() {
    // The first takes longer than the other two.
    let act = |number: u64| async move {
        tokio::time::sleep(Duration::from_millis(30 - number * 10)).await;
        number
    };
    for (ordered, after_15, after_35) in [
        (true, None, [Some(0), Some(1), Some(2), None]),
        (false, Some(2), [Some(1), Some(0), None, None]),
    ] {
        let (mut queue, mut results) = start(limits(ordered), act);
        for number in 0..3 {
            queue.push(number).await;
        }
        tokio::time::sleep(Duration::from_millis(15)).await;
        assert_eq!(results.try_next().unwrap(), after_15);
        tokio::time::sleep(Duration::from_millis(20)).await;
        let rest = [0; 4].map(|_| results.try_next().unwrap());
        assert_eq!(rest, after_35);
        drop(queue);
        assert_eq!(results.next().await.unwrap(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_panics_ends_the_run_and_is_named() {
    for ordered in [true, false] {
        let result = run(limits(ordered), |number| {
            assert_ne!(number, 30, "on purpose");
            number
        });
        let error = result.await.unwrap_err().to_string();
        assert!(error.contains("conversation 30"), "{error}");
    }
}
