//! Memory that does not grow with the export.

#![cfg(target_os = "linux")]

use std::process::Stdio;

use crate::support::fake::{Fake, World};
use crate::support::{botpress, long_tests};

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

/// Or 1,500 and 250, where there is no time for more: the larger export does not fit into the room that is left to it.
#[test]
fn ten_thousand_conversations_take_no_more_memory_than_five_hundred() {
    let (few, many) = if long_tests() {
        (500, 10_000)
    } else {
        (250, 1_500)
    };
    let (least, most) = (peak(few), peak(many));
    assert!(
        most < least + 10 * 1024,
        "{least} KiB for {few}, {most} KiB for {many}"
    );
}
