//! The programs that convexport is compared with: scripts in `benches/peers`. Their packages come from the registries
//! of Node and Python, and are installed once, into a folder of the target directory.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Error, Result, bail};

use super::case::Case;
use super::installed;
use super::measure::run;

/// An installation that takes longer is killed.
const LONGEST: Duration = Duration::from_secs(180);

/// The vendor's client.
pub const BOTPRESS: Packages = Packages::Node(&["@botpress/client@1.45.0"]);
/// Python as it is.
pub const PYTHON: Packages = Packages::Python(&[]);
/// Downloads only. Python's own parser keeps everything in memory.
pub const REQUESTS: Packages = Packages::Python(&["requests==2.34.2"]);
/// Parses a stream in Python.
pub const IJSON: Packages = Packages::Python(&["requests==2.34.2", "ijson==3.6.0"]);
/// Parses a stream in Node.
pub const STREAM_JSON: Packages = Packages::Node(&["stream-json@3.8.0"]);

/// The packages that a script needs, with their versions.
#[derive(Clone, Copy)]
pub enum Packages {
    Node(&'static [&'static str]),
    Python(&'static [&'static str]),
}

/// The folder with the installed packages and the scripts, or why there is none.
#[derive(Clone)]
pub struct Installed {
    packages: Packages,
    folder: Result<PathBuf, String>,
}

impl Packages {
    /// Installs the packages, unless an earlier run did.
    pub fn install(self) -> Installed {
        let folder = self.prepare();
        Installed {
            packages: self,
            folder: folder.map_err(|error| format!("skipped: {error:#}")),
        }
    }

    fn prepare(self) -> Result<PathBuf> {
        if let Self::Node(_) = self {
            tool("node")?;
        }
        let slug = self.names().join("+").replace(['/', '@', '='], "-");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("peers")
            .join(slug.trim_start_matches('-'));
        let done = folder.join("installed");
        if !done.exists() {
            fs::create_dir_all(&folder)?;
            match self {
                Self::Node(names) => npm(&folder, names)?,
                Self::Python(names) => pip(&folder, names)?,
            }
            fs::write(done, "")?;
        }
        // Node looks for packages next to the script.
        for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers"))? {
            let entry = entry?;
            fs::copy(entry.path(), folder.join(entry.file_name()))?;
        }
        Ok(folder)
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Node(names) | Self::Python(names) => names,
        }
    }
}

impl Installed {
    /// The line of a table for a script. `add` adds arguments and environment variables to its command.
    pub fn case(
        &self,
        script: &'static str,
        longest: Duration,
        add: impl Fn(&mut Command) + 'static,
    ) -> Case {
        let own = self.clone();
        Case::new(self.name(script), longest, move || {
            let mut command = own.command(script)?;
            add(&mut command);
            Ok(vec![command])
        })
    }

    /// The name of a script and its packages.
    pub fn name(&self, script: &str) -> String {
        match self.packages.names() {
            [] => script.to_owned(),
            names => format!("{script} ({})", names.join(", ")),
        }
    }

    /// The command of a script. Its environment has only the search path.
    ///
    /// # Errors
    /// When the packages could not be installed.
    pub fn command(&self, script: &str) -> Result<Command> {
        let folder = self
            .folder
            .as_ref()
            .map_err(|why| Error::msg(why.clone()))?;
        let interpreter = match self.packages {
            Packages::Node(_) => "node".into(),
            Packages::Python(_) => folder.join("bin/python"),
        };
        let mut command = Command::new(interpreter);
        command
            .env_clear()
            .envs(env::var_os("PATH").map(|path| ("PATH", path)))
            .arg(folder.join(script));
        Ok(command)
    }
}

fn npm(folder: &Path, packages: &[&str]) -> Result<()> {
    let mut npm = tool("npm")?;
    npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts"])
        .args(["--fetch-retries=1", "--loglevel=error", "--prefix"])
        .arg(folder)
        .args(packages);
    run(vec![npm], LONGEST).with_context(|| format!("npm install {}", packages.join(" ")))?;
    Ok(())
}

fn pip(folder: &Path, packages: &[&str]) -> Result<()> {
    let mut venv = tool("python3")?;
    venv.args(["-m", "venv", "--clear"]).arg(folder);
    run(vec![venv], LONGEST).context("python3 -m venv")?;
    if packages.is_empty() {
        return Ok(());
    }
    let mut pip = Command::new(folder.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--retries=1"])
        .arg("--disable-pip-version-check")
        .args(packages);
    run(vec![pip], LONGEST).with_context(|| format!("pip install {}", packages.join(" ")))?;
    Ok(())
}

fn tool(name: &str) -> Result<Command> {
    if !installed(name) {
        bail!("{name} is not installed");
    }
    Ok(Command::new(name))
}
