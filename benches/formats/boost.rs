//! An export from boost.ai, in every format, from a file and from a server, in units of bare gunzip; and common tools.

use std::env;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};
use flate2::bufread::MultiGzDecoder;

use crate::support::case::{Case, ROUNDS};
use crate::support::measure::Cost;
use crate::support::table::{Table, Target, megabytes, times, times_memory};
use crate::support::tls::{self, Protocol};
use crate::support::{convexport, export, installed, number, peers, site};

/// The argument with which the bench unpacks a file and does nothing else.
pub const GUNZIP: &str = "gunzip";

/// A command that takes longer is killed.
const LONGEST: Duration = Duration::from_secs(600);

const HEADINGS: [&str; 6] = ["", "wall s", "CPU s", "x gunzip", "peak MB", "targets"];
/// The big export is this many times as large as the small one.
const SMALL: u64 = 100;
const PEAK_MB: f64 = 24.0;
const GROWTH_MB: f64 = 3.0;
const PLAIN: f64 = 1.1;
const TLS: f64 = 1.3;
const FASTER_THAN_JQ: f64 = 10.0;
const FASTER_THAN_LOADER: f64 = 15.0;
const MEMORY_OF_LOADER: f64 = 0.05;

/// A format to export to, and how many times the CPU time of bare gunzip it may take.
type Format = (&'static str, Option<f64>);

/// The formats to measure. Those of [`SITES`] are also exported from a server.
const FORMATS: [Format; 10] = [
    ("-f jsonl --no-raw", Some(5.0)),
    ("-f jsonl", Some(5.5)),
    ("-f json", None),
    ("-f messages", Some(7.0)),
    ("-f conversations", None),
    ("-f csv", Some(7.0)),
    ("-f chat", Some(7.0)),
    ("-f text", None),
    ("-f markdown", Some(8.0)),
    ("-f html", Some(8.0)),
];
const SINGER: f64 = 9.0;

/// All lines of the table.
struct Cases {
    gunzip: Case,
    /// From the big file, one per format.
    big: Vec<Case>,
    /// From the small file, one per format.
    small: Vec<Case>,
    /// The big export from a server: which format it is, and how many times the CPU of the file it may take.
    site: Vec<(usize, f64, Case)>,
    /// The big export as a Singer tap, from the server.
    tap: Case,
    jq: Case,
    /// A Python script that keeps the whole answer in memory.
    loader: Case,
    /// Scripts that keep only a part of the answer in memory.
    streaming: Vec<Case>,
}

/// Prints the table.
pub fn measure() -> Result<()> {
    let size = number("BENCH_MB", 300)? * 1_000_000;
    let folder = tempfile::tempdir()?;
    let [big, small] = ["big", "small"].map(|name| folder.path().join(format!("{name}.json.gz")));
    let made = export::write(&big, size)?;
    export::write(&small, size / SMALL)?;
    println!(
        "{:.0} MB of JSON, {:.1} MB gzipped, {} conversations; {} cores; up to {ROUNDS} rounds",
        megabytes(made.size),
        megabytes(made.packed),
        made.conversations,
        std::thread::available_parallelism()?
    );

    let mut cases = Cases::new(&big, &small)?;
    for _ in 0..ROUNDS {
        cases.measure();
    }
    println!("{}", cases.table());
    Ok(())
}

/// Decompresses a file with the product's decoder, and does nothing else.
pub fn gunzip(file: &Path) -> Result<()> {
    let mut unpacked = MultiGzDecoder::new(BufReader::with_capacity(128 * 1024, File::open(file)?));
    let mut buffer = vec![0; 128 * 1024];
    while unpacked.read(&mut buffer)? > 0 {}
    Ok(())
}

impl Cases {
    fn new(big: &Path, small: &Path) -> Result<Self> {
        let site = site::serve(big)?;
        let safe = site::serve_tls(big, Protocol::Http1)?;
        let of = |file: &Path, name: &str| {
            let case = |(flags, _)| input(name, flags, file.to_owned());
            FORMATS.map(case).into()
        };
        let sites = [
            (0, PLAIN, "LOOPBACK", &site),
            (1, PLAIN, "LOOPBACK", &site),
            (0, TLS, "LOOPBACK over TLS", &safe),
            (1, TLS, "LOOPBACK over TLS", &safe),
        ];
        let sites = sites.map(|(format, most, name, site)| {
            (format, most, from_site(name, FORMATS[format].0, site))
        });
        Ok(Self {
            gunzip: bare_gunzip(env::current_exe()?, big.to_owned()),
            big: of(big, "convexport boost --input FILE"),
            small: of(small, "the same, a file of 1/100"),
            site: sites.into(),
            tap: tap(folder_of(big), site.clone()),
            jq: jq(site.clone()),
            loader: peer(peers::REQUESTS, "load-requests.py", &site),
            streaming: vec![
                peer(peers::IJSON, "load-ijson.py", &site),
                peer(peers::STREAM_JSON, "load-stream-json.mjs", &site),
            ],
        })
    }

    /// A round. What comes from a server follows what came from the file, since the two are compared.
    fn measure(&mut self) {
        for (number, case) in self.big.iter_mut().enumerate() {
            case.measure_in(&mut self.gunzip);
            for (format, _, case) in &mut self.site {
                if *format == number {
                    case.measure_in(&mut self.gunzip);
                }
            }
        }
        self.small.iter_mut().for_each(Case::measure);
        let peers = [&mut self.tap, &mut self.jq, &mut self.loader];
        for case in peers.into_iter().chain(&mut self.streaming) {
            case.measure_in(&mut self.gunzip);
        }
    }

    fn table(&self) -> Table {
        let mut table = Table::new(HEADINGS);
        let mut add = |case: &Case, comparable: bool, targets: &[Target]| {
            let ratio = case.units().filter(|_| comparable);
            table.add(&case.name, case.outcome(), ratio, targets);
        };
        add(&self.gunzip, false, &[]);
        for ((case, small), format) in self.big.iter().zip(&self.small).zip(FORMATS) {
            add(case, true, &Self::targets_of_file(case, small, format));
        }
        for case in &self.small {
            add(case, false, &[]);
        }
        for (format, most, case) in &self.site {
            let of_file = case.times(&self.big[*format], |cost| cost.cpu);
            let of_file = of_file
                .map(|ratio| Target::at_most("x the CPU of the file", ratio.median, *most))
                .into_iter();
            let targets: Vec<_> = of_file.chain(self.targets_of_site(case)).collect();
            add(case, true, &targets);
        }
        add(
            &self.tap,
            true,
            in_gunzips(&self.tap, Some(SINGER)).as_slice(),
        );
        add(&self.jq, true, &[]);
        add(&self.loader, true, &[]);
        for case in &self.streaming {
            add(case, true, &[]);
        }
        table
    }

    fn targets_of_file(case: &Case, small: &Case, (_, most): Format) -> Vec<Target> {
        let Some(cost) = case.cost() else {
            return Vec::new();
        };
        let growth = small
            .cost()
            .map(|small| megabytes(cost.peak) - megabytes(small.peak));
        let growth = growth.map(|growth| Target::at_most("MB above 1/100", growth, GROWTH_MB));
        in_gunzips(case, most)
            .into_iter()
            .chain([Target::at_most("MB", megabytes(cost.peak), PEAK_MB)])
            .chain(growth)
            .collect()
    }

    /// Only exports from a server are compared with the other tools, because those download as well.
    fn targets_of_site(&self, case: &Case) -> Vec<Target> {
        let Some(cost) = case.cost() else {
            return Vec::new();
        };
        let faster = |other: &Cost| times(other.wall, cost.wall);
        let jq = self.jq.cost().as_ref().map(faster);
        let loader = self.loader.cost();
        let loader = loader.as_ref();
        [
            Some(Target::at_most("MB", megabytes(cost.peak), PEAK_MB)),
            jq.map(|jq| Target::at_least("x as fast as jq", jq, FASTER_THAN_JQ)),
            loader.map(faster).map(|loader| {
                Target::at_least("x as fast as the loader", loader, FASTER_THAN_LOADER)
            }),
            loader.map(|loader| {
                let memory = times_memory(&cost, loader);
                Target::at_most("x its memory", memory, MEMORY_OF_LOADER)
            }),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// How many times as much as gunzip it takes, if there is a target for it.
fn in_gunzips(case: &Case, most: Option<f64>) -> Option<Target> {
    let (ratio, most) = case.units().zip(most)?;
    Some(Target::at_most("x gunzip", ratio.median, most))
}

fn bare_gunzip(own: PathBuf, file: PathBuf) -> Case {
    Case::new("bare gunzip (flate2, zlib-rs)", LONGEST, move || {
        let mut command = Command::new(&own);
        command.arg(GUNZIP).arg(&file);
        Ok(vec![command])
    })
}

fn input(name: &str, flags: &'static str, file: PathBuf) -> Case {
    Case::new(format!("{name} {flags}"), LONGEST, move || {
        let mut command = convexport("boost");
        command.args(flags.split(' ')).arg("--input").arg(&file);
        Ok(vec![command])
    })
}

fn from_site(name: &str, flags: &'static str, site: &str) -> Case {
    let site = site.to_owned();
    let name = format!("convexport boost --site {name} {flags}");
    Case::new(name, LONGEST, move || {
        let mut command = convexport("boost --since 2020-01-01");
        command
            .args(flags.split(' '))
            .args(["--site", &site])
            .env("SSL_CERT_FILE", tls::certificate())
            .env("BOOST_TOKEN", "x");
        Ok(vec![command])
    })
}
fn folder_of(file: &Path) -> PathBuf {
    file.parent().map(Path::to_owned).unwrap_or_default()
}

/// An export from the server as a Singer tap. Writes its config to the folder.
fn tap(folder: PathBuf, site: String) -> Case {
    Case::new("convexport tap, from LOOPBACK", LONGEST, move || {
        let config = folder.join("config.json");
        let text = format!(
            r#"{{"source": "boost", "site": "{site}", "token": "x", "start_date": "2020-01-01"}}"#
        );
        std::fs::write(&config, text)?;
        let mut command = convexport("tap");
        command.arg("--config").arg(&config);
        Ok(vec![command])
    })
}

/// The tools that everyone has, with the same server.
fn jq(site: String) -> Case {
    let name = "curl --compressed LOOPBACK | jq -c '.[]'";
    Case::new(name, LONGEST, move || {
        if let Some(absent) = ["curl", "jq"].into_iter().find(|tool| !installed(tool)) {
            bail!("skipped: {absent} is not installed");
        }
        let (mut curl, mut jq) = (Command::new("curl"), Command::new("jq"));
        curl.args(["--silent", "--show-error", "--compressed", &site]);
        jq.args(["-c", ".[]"]);
        Ok(vec![curl, jq])
    })
}

/// A script that people would write without convexport, with the same server.
fn peer(packages: peers::Packages, script: &'static str, site: &str) -> Case {
    let site = site.to_owned();
    packages.install().case(script, LONGEST, move |command| {
        command.env("BOOST_SITE", &site).env("BOOST_TOKEN", "x");
    })
}
