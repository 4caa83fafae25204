//! What a guest is asked to do: steps, one after another, as data.

use std::path::PathBuf;
use std::time::Duration;

/// How long a step may take unless it says otherwise.
pub const STEP_LIMIT: Duration = Duration::from_secs(60);

/// The steps of one guest, in their order.
///
/// When a module does not load, what follows cannot say anything, so the steps behind it are not
/// run. After any other step that fails, the next one runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    /// The steps.
    pub steps: Vec<Step>,
}

impl Script {
    /// A script without steps, which boots and ends.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a step.
    pub fn then(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What the reports call it.
    pub name: String,
    /// What is done.
    pub action: Action,
    /// How long it may take by the guest's clock, in whole seconds and at least one. The guest then
    /// kills the step's processes; a guest that cannot is killed itself.
    pub limit: Duration,
}

impl Step {
    /// Loads a module, without parameters.
    pub fn load(module: impl Into<PathBuf>) -> Self {
        let module = module.into();
        let name = format!("load {}", file_name(&module));
        Self::new(name, Action::Load { module, parameters: Vec::new() })
    }

    /// Unloads a module, by the name under which the kernel knows it.
    pub fn unload(module: impl Into<String>) -> Self {
        let module = module.into();
        Self::new(format!("unload {module}"), Action::Unload { module })
    }

    /// Runs a test program that prints KTAP.
    pub fn test(program: impl Into<PathBuf>) -> Self {
        Self::run(program.into(), Output::Ktap)
    }

    /// Runs a program of which only the exit status counts.
    pub fn program(program: impl Into<PathBuf>) -> Self {
        Self::run(program.into(), Output::Plain)
    }

    /// Runs a shell command in the guest, with busybox. Only its exit status counts.
    pub fn shell(name: impl Into<String>, command: impl Into<String>) -> Self {
        Self::new(name.into(), Action::Shell { command: command.into() })
    }

    /// Gives the step another name.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Gives the step another limit.
    pub fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Appends an argument of a program or a parameter of a module, `name=value`. Other steps have
    /// neither and stay as they are.
    pub fn with(mut self, argument: impl Into<String>) -> Self {
        match &mut self.action {
            Action::Load { parameters: arguments, .. } | Action::Run { arguments, .. } => {
                arguments.push(argument.into());
            }
            Action::Unload { .. } | Action::Shell { .. } => {}
        }
        self
    }

    fn run(program: PathBuf, output: Output) -> Self {
        let name = file_name(&program);
        Self::new(name, Action::Run { program, arguments: Vec::new(), output })
    }

    fn new(name: String, action: Action) -> Self {
        Self { name, action, limit: STEP_LIMIT }
    }
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Inserts a module into the kernel.
    Load {
        /// The module's file on this machine.
        module: PathBuf,
        /// `name=value` each.
        parameters: Vec<String>,
    },
    /// Runs a program as root.
    Run {
        /// The program's file on this machine, linked statically.
        program: PathBuf,
        /// Behind the program's name.
        arguments: Vec<String>,
        /// What its output is.
        output: Output,
    },
    /// Runs a command with the guest's shell.
    Shell {
        /// The command.
        command: String,
    },
    /// Removes a module from the kernel.
    Unload {
        /// The name of the module, not of its file.
        module: String,
    },
}

/// How a program's output is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Test results; a program without any, or with fewer than it planned, fails.
    Ktap,
    /// Text for people.
    Plain,
}

fn file_name(path: &std::path::Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
