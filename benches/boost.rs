//! What an export from boost.ai costs, beside bare gunzip and beside curl with jq. README.md tells how to run it.

#![expect(clippy::print_stdout, reason = "a bench is read by people")]

mod support;

use std::env;
use std::fs::File;
use std::io::{BufReader, Read};
use std::iter;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use flate2::bufread::MultiGzDecoder;

use support::measure::{Cost, run};
use support::table::{Table, Target, megabytes, times};
use support::{export, installed, server};

/// The binary that `cargo bench` built, with the release profile's settings.
const CONVEXPORT: &str = env!("CARGO_BIN_EXE_convexport");
/// How often a run is repeated that takes no longer than this.
const ROUNDS: usize = 3;
const QUICK: Duration = Duration::from_secs(20);

const HEADINGS: [&str; 6] = ["", "wall s", "CPU s", "x gunzip", "peak MB", "targets"];
/// The small export has this part of the big one's size.
const SMALL: u64 = 100;
const PEAK_MB: f64 = 24.0;
const GROWTH_MB: f64 = 3.0;
const FASTER_THAN_JQ: f64 = 10.0;

/// What is written, and how many times the CPU of bare gunzip it may take.
struct Form {
    flags: &'static str,
    times_gunzip: Option<f64>,
}

const NO_RAW: Form = Form {
    flags: "-f jsonl --no-raw",
    times_gunzip: Some(5.0),
};
const JSONL: Form = Form {
    flags: "-f jsonl",
    times_gunzip: Some(6.0),
};
const TEXT: Form = Form {
    flags: "-f text",
    times_gunzip: None,
};

const FORMS: [&Form; 3] = [&NO_RAW, &JSONL, &TEXT];

/// A line of the table.
struct Case {
    name: String,
    form: Option<&'static Form>,
    pipeline: Box<dyn Fn() -> Vec<Command>>,
    /// Absent until it has run.
    cost: Option<Result<Cost>>,
}

/// All lines of the table.
struct Cases {
    gunzip: Case,
    /// From the big file, one a form.
    big: Vec<Case>,
    /// The same from the small one.
    small: Vec<Case>,
    /// The big one from a server.
    site: Vec<Case>,
    jq: Case,
}

fn main() -> Result<()> {
    let args: Vec<_> = env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["gunzip", file] => return gunzip(Path::new(file)),
        [.., "--bench"] if cfg!(target_os = "linux") => {}
        [.., "--bench"] => {
            println!("Nothing is measured: this bench reads Linux's /proc.");
            return Ok(());
        }
        _ => {
            println!("Nothing is measured: start this with `cargo bench --bench boost`.");
            return Ok(());
        }
    }
    let size = match env::var("BENCH_MB") {
        Ok(text) => text.parse::<u64>().context("BENCH_MB is no number")? * 1_000_000,
        Err(_) => 300_000_000,
    };
    let folder = tempfile::tempdir()?;
    let [big, small] = ["big", "small"].map(|name| folder.path().join(format!("{name}.json.gz")));
    let made = export::write(&big, size)?;
    export::write(&small, size / SMALL)?;
    println!(
        "{:.0} MB of JSON, {:.1} MB gzipped, {} conversations; {} cores",
        megabytes(made.size),
        megabytes(made.packed),
        made.conversations,
        std::thread::available_parallelism()?
    );

    let mut cases = Cases::new(&big, &small)?;
    for _ in 0..ROUNDS {
        cases.all().into_iter().for_each(Case::measure);
    }
    println!("{}", cases.table());
    Ok(())
}

/// Unpacks a file with the decoder of the product, and does nothing else.
fn gunzip(file: &Path) -> Result<()> {
    let mut unpacked = MultiGzDecoder::new(BufReader::with_capacity(128 * 1024, File::open(file)?));
    let mut buffer = vec![0; 128 * 1024];
    while unpacked.read(&mut buffer)? > 0 {}
    Ok(())
}

impl Cases {
    fn new(big: &Path, small: &Path) -> Result<Self> {
        let site = format!("http://{}", server::serve(big)?);
        let of = |file: &Path, name: &str| {
            let case = |form| input(name, form, file.to_owned());
            FORMS.map(case).into()
        };
        Ok(Self {
            gunzip: bare_gunzip(env::current_exe()?, big.to_owned()),
            big: of(big, "convexport boost --input FILE"),
            small: of(small, "the same, a file of 1/100"),
            site: [&NO_RAW, &JSONL]
                .map(|form| from_site(form, site.clone()))
                .into(),
            jq: jq(site),
        })
    }

    fn all(&mut self) -> Vec<&mut Case> {
        let exports = [&mut self.big, &mut self.small, &mut self.site];
        let exports = exports.into_iter().flatten();
        iter::once(&mut self.gunzip)
            .chain(exports)
            .chain([&mut self.jq])
            .collect()
    }

    fn table(&self) -> Table {
        let mut table = Table::new(HEADINGS);
        let mut add = |case: &Case, comparable: bool, targets: &[Target]| {
            let ratio = self.times_gunzip(case).filter(|_| comparable);
            table.add(&case.name, case.cost.as_ref(), ratio, targets);
        };
        add(&self.gunzip, true, &[]);
        for (case, small) in self.big.iter().zip(&self.small) {
            add(case, true, &self.targets(case, Some(small)));
        }
        for case in &self.small {
            add(case, false, &[]);
        }
        for case in &self.site {
            add(case, true, &self.targets(case, None));
        }
        add(&self.jq, true, &[]);
        table
    }

    fn times_gunzip(&self, case: &Case) -> Option<f64> {
        let gunzip = self.gunzip.cost()?.cpu;
        // Too little for the kernel to count.
        Some(times(case.cost()?.cpu, gunzip)).filter(|_| !gunzip.is_zero())
    }

    fn targets(&self, case: &Case, small: Option<&Case>) -> Vec<Target> {
        let Some((cost, form)) = case.cost().zip(case.form) else {
            return Vec::new();
        };
        let peak = megabytes(cost.peak);
        let growth = small
            .and_then(Case::cost)
            .map(|small| peak - megabytes(small.peak));
        // Reading a file is no fair match for a download.
        let ratio = self.times_gunzip(case).filter(|_| small.is_some());
        let jq = self.jq.cost().filter(|_| form.times_gunzip.is_some());
        let faster = jq.map(|jq| times(jq.wall, cost.wall));
        [
            ratio
                .zip(form.times_gunzip)
                .map(|(ratio, most)| Target::at_most("x gunzip", ratio, most)),
            faster.map(|faster| Target::at_least("x as fast as jq", faster, FASTER_THAN_JQ)),
            Some(Target::at_most("MB", peak, PEAK_MB)),
            growth.map(|growth| Target::at_most("MB above 1/100", growth, GROWTH_MB)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

fn bare_gunzip(own: PathBuf, file: PathBuf) -> Case {
    Case::new("bare gunzip (flate2, zlib-rs)", None, move || {
        let mut command = Command::new(&own);
        command.arg("gunzip").arg(&file);
        vec![command]
    })
}

fn input(name: &str, form: &'static Form, file: PathBuf) -> Case {
    Case::new(name, Some(form), move || {
        let mut command = convexport(form);
        command.arg("--input").arg(&file);
        vec![command]
    })
}

fn from_site(form: &'static Form, site: String) -> Case {
    Case::new("convexport boost --site LOOPBACK", Some(form), move || {
        let mut command = convexport(form);
        command
            .args(["--site", &site, "--since", "2020-01-01"])
            .env("BOOST_TOKEN", "x");
        vec![command]
    })
}

fn convexport(form: &Form) -> Command {
    let mut command = Command::new(CONVEXPORT);
    command.env_clear().arg("boost").args(form.flags.split(' '));
    command
}

/// The tools that everyone has, from the same server.
fn jq(site: String) -> Case {
    let mut case = Case::new(
        "curl --compressed LOOPBACK | jq -c '.[]'",
        None,
        move || {
            let (mut curl, mut jq) = (Command::new("curl"), Command::new("jq"));
            curl.args(["--silent", "--show-error", "--compressed", &site]);
            jq.args(["-c", ".[]"]);
            vec![curl, jq]
        },
    );
    if let Some(absent) = ["curl", "jq"].into_iter().find(|tool| !installed(tool)) {
        case.cost = Some(Err(anyhow!("skipped: {absent} is not installed")));
    }
    case
}

impl Case {
    fn new(
        name: &str,
        form: Option<&'static Form>,
        pipeline: impl Fn() -> Vec<Command> + 'static,
    ) -> Self {
        let flags = form.map_or(String::new(), |form| format!(" {}", form.flags));
        Self {
            name: format!("{name}{flags}"),
            form,
            pipeline: Box::new(pipeline),
            cost: None,
        }
    }

    /// Runs it once more, unless it failed before or takes long.
    fn measure(&mut self) {
        match &self.cost {
            None => self.cost = Some(run((self.pipeline)())),
            Some(Ok(cost)) if cost.wall <= QUICK => {
                let cost = *cost;
                self.cost = Some(run((self.pipeline)()).map(|again| cost.best(again)));
            }
            Some(_) => {}
        }
    }

    fn cost(&self) -> Option<&Cost> {
        self.cost.as_ref()?.as_ref().ok()
    }
}
