//! Memory that does not grow with the export.

#![cfg(target_os = "linux")]

use std::process::Stdio;

use crate::support::botpress;
use crate::support::fake::{Fake, World};

/// The peak of resident memory in KiB, as the kernel keeps it, read until the program has ended.
fn peak(conversations: usize) -> u64 {
    let fake = Fake::start(World::with_conversations(conversations, |i| 1 + i % 20));
    let mut command = botpress(&fake, "-f jsonl --concurrency 32").command();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.map_or(peak, |line| {
            line.trim_end_matches("kB").trim().parse().unwrap()
        });
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(child.wait().unwrap().success());
    peak
}

#[test]
fn ten_thousand_conversations_take_no_more_memory_than_five_hundred() {
    let (few, many) = (peak(500), peak(10_000));
    assert!(
        many < few + 10 * 1024,
        "{few} KiB for 500, {many} KiB for 10,000"
    );
}
