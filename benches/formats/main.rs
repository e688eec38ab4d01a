//! Measures what an export costs: every format, any size, over real connections. README.md says how to run it.

#![expect(clippy::print_stdout, reason = "a bench is read by people")]

mod archive;
mod boost;
mod boost_v4;
mod botpress;
mod growth;
mod media;
mod million;
mod redact;
mod start;
#[path = "../support/mod.rs"]
mod support;

use std::env;
use std::path::Path;

use anyhow::{Result, bail};

use support::{obstacle, warm_memory};

/// A part measures something, and prints a table of it.
type Part = (&'static str, fn() -> Result<()>);

/// The parts, in the order in which they run. The first makes many files, which some file systems do slowly after others
/// were deleted.
const PARTS: [Part; 9] = [
    ("growth", growth::measure),
    ("boost", boost::measure),
    ("boost_v4", boost_v4::measure),
    ("botpress", botpress::measure),
    ("million", million::measure),
    ("archive", archive::measure),
    ("media", media::measure),
    ("redact", redact::measure),
    ("start", start::measure),
];

fn main() -> Result<()> {
    let args: Vec<_> = env::args().skip(1).collect();
    if let [verb, file] = &args[..]
        && verb == boost::GUNZIP
    {
        return boost::gunzip(Path::new(file));
    }
    if let Some(obstacle) = obstacle(&args) {
        println!("{obstacle}");
        return Ok(());
    }
    let wanted: Vec<_> = args.iter().filter(|arg| *arg != "--bench").collect();
    if let Some(unknown) = wanted.iter().find(|name| !is_part(name)) {
        bail!("there is no part {unknown}");
    }
    warm_memory()?;
    for (name, measure) in PARTS {
        if wanted.is_empty() || wanted.iter().any(|wanted| *wanted == name) {
            println!("# {name}\n");
            measure()?;
        }
    }
    Ok(())
}

fn is_part(name: &str) -> bool {
    PARTS.iter().any(|(part, _)| *part == name)
}
