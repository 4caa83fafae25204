//! Talks to `/dev/echo` from the command line.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use echo::{ECHO_CHANNELS, Echo, EchoConfig, EchoLimits, EchoMessageList, EchoTransfer};
use ioctlkit::{Errno, Flexible, IoctlData as _, check};

const USAGE: &str = "\
usage: echoctl info
       echoctl config [repeat=N] [mode=N] [flags=N] [delay_ns=N]
       echoctl channels
       echoctl send TEXT
       echoctl messages
       echoctl monitor
       echoctl limit BYTES
       echoctl reset";

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("echoctl: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Outcome {
    let known = ["info", "config", "channels", "send", "messages", "monitor", "limit", "reset"];
    if !words.first().is_some_and(|word| known.contains(word)) {
        return Err(USAGE.into());
    }
    let echo = Echo::open().map_err(|error| format!("/dev/echo: {error}"))?;
    match words {
        ["info"] => println!("{:#?}", echo.get_info()?),
        ["config", changes @ ..] => config(&echo, changes)?,
        ["channels"] => channels(&echo)?,
        ["send", text] => send(&echo, text)?,
        ["messages"] => messages(&echo)?,
        ["monitor"] => monitor(&echo)?,
        ["limit", bytes] => {
            let limits = EchoLimits { message_max: bytes.parse()?, ..EchoLimits::initial() };
            check(&limits)?;
            echo.set_limits(&limits)?;
        }
        ["reset"] => echo.reset()?,
        _ => return Err(USAGE.into()),
    }
    Ok(())
}

fn config(echo: &Echo, changes: &[&str]) -> Outcome {
    let mut config = echo.get_config()?;
    for change in changes {
        let (member, value) = change.split_once('=').ok_or(USAGE)?;
        match member {
            "repeat" => config.repeat = value.parse()?,
            "mode" => config.mode = value.parse()?,
            "flags" => config.flags = value.parse()?,
            "delay_ns" => config.delay_ns = value.parse()?,
            _ => return Err(USAGE.into()),
        }
    }
    if !changes.is_empty() {
        // The driver would say no more than `EINVAL`.
        check(&config)?;
        echo.set_config(&config)?;
    }
    let EchoConfig { flags, mode, repeat, delay_ns, .. } = config;
    println!("repeat={repeat} mode={mode} flags={flags} delay_ns={delay_ns}");
    Ok(())
}

fn channels(echo: &Echo) -> Outcome {
    for channel in (0..u8::MAX).take(ECHO_CHANNELS as usize) {
        println!("{channel}: {:?}", echo.get_channel(channel)?);
    }
    Ok(())
}

fn send(echo: &Echo, text: &str) -> Outcome {
    let mut answer = vec![0; echo.get_info()?.message_max as usize];
    let mut transfer = EchoTransfer::new();
    transfer.set_input(text.as_bytes());
    transfer.set_output(&mut answer);
    echo.transfer(&mut transfer)?;
    let length = transfer.output_len() as usize;
    println!("{}", String::from_utf8_lossy(&answer[..length]));
    Ok(())
}

fn messages(echo: &Echo) -> Outcome {
    let mut list = Flexible::<EchoMessageList>::with_capacity(64);
    loop {
        let first = list.first;
        echo.list_messages(&mut list)?;
        for message in list.elements() {
            println!("{message:?}");
        }
        if list.count == 0 || first + list.count >= list.total {
            return Ok(());
        }
        list = Flexible::with_capacity(64);
        list.first = first + 64;
    }
}

fn monitor(echo: &Echo) -> Outcome {
    let monitor = echo.open_monitor(&echo::EchoOpenMonitor::initial())?;
    loop {
        match monitor.next_message() {
            Ok(message) => println!("{message:?}"),
            Err(Errno::PIPE) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}
