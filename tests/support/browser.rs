//! Controls a headless Chromium by its `DevTools` protocol over a pipe. Each message is JSON that a NUL ends.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// A browser with one tab. Dropping it ends the browser.
pub struct Browser {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    session: Option<String>,
    calls: u64,
    scripts: bool,
    /// The events of the tab since the last [`Browser::open`].
    pub events: Vec<Value>,
    // Chromium's profile folder, which is removed at the end.
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts `$CHROMIUM`, or else `chromium`. Panics when there is none.
    pub fn start() -> Self {
        let profile = tempfile::tempdir().unwrap();
        // Chromium reads commands from file 3 and writes to file 4. It has no sandbox for root, and our own pages need
        // none.
        let mut process = Command::new("sh")
            .args([
                "-c",
                "exec \"${CHROMIUM:-chromium}\" \"$@\" 3<&0 4>&1",
                "sh",
            ])
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
            ])
            .args([
                "--no-first-run",
                "--hide-scrollbars",
                "--lang=en-US",
                "--remote-debugging-pipe",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .env("TZ", "Europe/Oslo")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh starts");
        let (input, output) = (process.stdin.take(), process.stdout.take());
        let mut browser = Self {
            process,
            input: input.unwrap(),
            output: BufReader::new(output.unwrap()),
            session: None,
            calls: 0,
            scripts: true,
            events: Vec::new(),
            _profile: profile,
        };
        let tab = browser.call("Target.createTarget", &json!({"url": "about:blank"}));
        let target = json!({"targetId": tab["targetId"], "flatten": true});
        let session = browser.call("Target.attachToTarget", &target);
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), &json!({}));
        }
        browser
    }

    /// Calls a method and returns its result. Keeps the events that come meanwhile.
    pub fn call(&mut self, method: &str, params: &Value) -> Value {
        self.calls += 1;
        let mut call = json!({"id": self.calls, "method": method, "params": params});
        if let Some(session) = &self.session {
            call["sessionId"] = json!(session);
        }
        write!(self.input, "{call}\0").expect("the browser listens");
        loop {
            let answer = self.next();
            if answer["id"] == json!(self.calls) {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].clone();
            }
        }
    }

    fn next(&mut self) -> Value {
        let mut text = Vec::new();
        self.output
            .read_until(0, &mut text)
            .expect("the browser talks");
        assert_eq!(
            text.pop(),
            Some(0),
            "the browser left; is Chromium there? (CHROMIUM names it)"
        );
        let message: Value = serde_json::from_slice(&text).expect("JSON");
        if message["method"].is_string() {
            self.events.push(message.clone());
        }
        message
    }

    /// Begins to open a file, and returns at once.
    pub fn begin(&mut self, path: &Path) {
        let url = url::Url::from_file_path(path).expect("an absolute path");
        self.events.clear();
        self.call("Page.navigate", &json!({"url": "about:blank"}));
        self.wait_for_load(1);
        self.events.clear();
        self.call("Page.navigate", &json!({"url": url.as_str()}));
    }

    /// Opens a file and waits until it is loaded and painted.
    pub fn open(&mut self, path: &Path) {
        let url = url::Url::from_file_path(path).expect("an absolute path");
        // Without a blank page between, opening the same address again would only scroll.
        for address in ["about:blank", url.as_str()] {
            self.events.clear();
            self.call("Page.navigate", &json!({"url": address}));
            self.wait_for_load(1);
        }
    }

    /// Waits until `count` pages were loaded since the last [`Browser::open`], and the last one is painted.
    pub fn wait_for_load(&mut self, count: usize) {
        while self.told(&["Page.loadEventFired"]).len() < count {
            self.next();
        }
        self.settle();
    }

    /// Waits for the next frame.
    pub fn settle(&mut self) {
        if !self.scripts {
            // Without scripts, a screenshot also waits for the next frame.
            self.call("Page.captureScreenshot", &json!({}));
            return;
        }
        self.eval("new Promise(done => requestAnimationFrame(() => setTimeout(done)))");
    }

    /// The value of an expression in the page.
    pub fn eval(&mut self, expression: &str) -> Value {
        let params = json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let answer = self.call("Runtime.evaluate", &params);
        assert!(
            answer["exceptionDetails"].is_null(),
            "{expression}: {answer}"
        );
        answer["result"]["value"].clone()
    }

    /// Waits until an expression is true. Panics when it stays false for 600 frames.
    pub fn wait(&mut self, expression: &str) {
        for _ in 0..600 {
            if self.eval(expression) == true {
                return;
            }
            self.settle();
        }
        panic!("it does not come: {expression}");
    }

    /// Presses and releases a key, by its name (`Enter`) or its character.
    pub fn press(&mut self, key: &str) {
        let mut params = json!({"type": "keyDown", "key": key});
        match key {
            "Enter" => params["text"] = json!("\r"),
            _ if key.chars().count() == 1 => params["text"] = json!(key),
            _ => {}
        }
        let code = match key {
            "Enter" => 13,
            "Escape" => 27,
            "ArrowUp" => 38,
            "ArrowDown" => 40,
            _ => 0,
        };
        params["windowsVirtualKeyCode"] = json!(code);
        self.call("Input.dispatchKeyEvent", &params);
        params["type"] = json!("keyUp");
        self.call("Input.dispatchKeyEvent", &params);
        self.settle();
    }

    /// Clicks on the first element that a selector finds, at its position in the window.
    pub fn click(&mut self, selector: &str) {
        let place = self.eval(&format!(
            "(() => {{ const r = document.querySelector({selector:?}).getBoundingClientRect(); \
             return [r.x + r.width / 2, r.y + r.height / 2] }})()"
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            let params = json!({"type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1});
            self.call("Input.dispatchMouseEvent", &params);
        }
        self.settle();
    }

    /// Sets the width and height of the window, and whether the user prefers dark colours.
    pub fn look(&mut self, width: u32, height: u32, dark: bool) {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", &size);
        let scheme = if dark { "dark" } else { "light" };
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.call("Emulation.setEmulatedMedia", &features);
        self.settle();
    }

    /// Disables scripts from now on.
    pub fn disable_scripts(&mut self) {
        self.scripts = false;
        self.call(
            "Emulation.setScriptExecutionDisabled",
            &json!({"value": true}),
        );
    }

    /// Saves a screenshot of the window, for people to look at.
    pub fn picture(&mut self, path: &Path) {
        let answer = self.call("Page.captureScreenshot", &json!({"format": "png"}));
        let data = answer["data"].as_str().expect("a picture");
        let bytes = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, data).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// The events of these methods since the page was opened.
    pub fn told(&self, methods: &[&str]) -> Vec<&Value> {
        let wanted = |event: &&Value| methods.iter().any(|method| event["method"] == *method);
        self.events.iter().filter(wanted).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
