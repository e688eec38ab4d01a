//! Reads any text as a WHEN, a duration, a time zone and a time format.

#![no_main]

use std::hint::black_box;

use convexport::fuzz::{Span, TimeStyle, Timestamp, When, Zone};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let now: Timestamp = "2026-11-21T23:30:00Z".parse().expect("a time");
    let zones = [
        "utc",
        "local",
        "Europe/Oslo",
        "America/St_Johns",
        "Pacific/Apia",
    ];
    if let Ok(when) = text.parse::<When>() {
        for zone in zones.map(|name| name.parse::<Zone>().expect("a zone")) {
            if let Ok(time) = when.resolve(zone, now) {
                let again = time.to_query().parse::<Timestamp>();
                assert!(again.is_ok(), "what goes to a vendor is a time");
                assert!(!matches!(when, When::Ago(_)) || time <= now);
            }
        }
    }
    if let Ok(span) = text.parse::<Span>() {
        assert!(span.to_std().as_secs() <= 36_500 * 86_400);
    }
    let (zone, format) = text.split_once('\n').unwrap_or(("utc", text));
    if let Ok(zone) = zone.parse::<Zone>()
        && let Ok(style) = TimeStyle::new(zone, format)
    {
        black_box(style.show(now));
    }
});
