//! H017 compat-left-to-layer.

use ioctlkit_model::{Finding, Fix, HandledCommand, Label, Safety};

use crate::context::Context;
use crate::conventions::layers::{OF_RAW_SOCKETS, RAW_SOCKETS};
use crate::conventions::{self, Compat};
use crate::declare_rule;
use crate::driver_code;
use crate::handlers::{programs, table_finding, tables};

declare_rule! {
    /// handler that 32-bit programs reach only for the commands that a layer passes on
    ///
    /// # What
    /// A `struct tty_operations`, `struct proto_ops` or `struct v4l2_file_operations` has a handler for
    /// ioctls and none for those of 32-bit programs. The rule looks at driver source, and at compiled
    /// objects for ABIs whose kernels also run 32-bit programs. It leaves out handlers that do nothing,
    /// and the video core's own dispatcher. In source, the finding names the commands that the layer
    /// does not pass on, without those that the handler only refuses.
    ///
    /// # Why
    /// Such a table is behind a layer of the kernel, which passes the commands on its list to the
    /// native handler for 32-bit programs, too. That is enough for a driver without commands of its
    /// own; a command that is not on the list fails with `ENOTTY`. Source shows which commands the
    /// handler has, compiled objects do not. The lists are those of Linux 6.12.
    ///
    /// # Source
    /// `net/socket.c`, `compat_sock_ioctl_trans`; `drivers/tty/tty_io.c`, `tty_compat_ioctl`;
    /// `drivers/media/v4l2-core/v4l2-compat-ioctl32.c`, `v4l2_compat_ioctl32`; `net/core/sock.c`,
    /// `sk_ioctl`, for what raw sockets alone answer.
    ///
    /// # Example
    /// ```c
    /// static const struct tty_operations foo_ops = {
    ///         .write = foo_write,
    ///         .ioctl = foo_ioctl,
    /// };
    /// ```
    ///
    /// # Fix
    /// Where the driver has commands of its own:
    /// ```c
    /// static const struct tty_operations foo_ops = {
    ///         .write = foo_write,
    ///         .ioctl = foo_ioctl,
    ///         .compat_ioctl = foo_compat_ioctl,
    /// };
    /// ```
    COMPAT_LEFT_TO_LAYER: "H017", "compat-left-to-layer", Info, legacy off, for Kernel;
}

/// Handlers that have no command which a layer would not know.
const GENERIC: [&str; 2] = ["sock_no_ioctl", "video_ioctl2"];

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for (object, table) in tables(cx) {
        let (Some(native), None, Some(layer)) =
            (&table.native, &table.compat, table.structure.layer())
        else {
            continue;
        };
        if GENERIC.iter().any(|name| native.is_imported(name)) {
            continue;
        }
        let compat = table.structure.compat_member();
        let message = format!(
            "`{}` has no `{compat}`: {} reach only what the {layer} knows",
            table.name,
            programs(object),
        );
        let beside = (native, format!("reached through the {layer} only"));
        let mut finding =
            table_finding(&COMPAT_LEFT_TO_LAYER, object, table, Some(beside), message);
        advise(&mut finding, compat);
        findings.push(finding);
    }
    check_source(cx, findings);
}

fn check_source(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for (table, handler) in driver_code::tables(cx) {
        let Some(native) = &table.native else { continue };
        let convention = conventions::of(&table.structure);
        let Some(Compat::Layer(layer)) = convention.map(|it| it.compat) else { continue };
        let is_whole = handler.gave_up.is_none();
        let is_left = |command: &&HandledCommand| {
            let name = command.name.as_str();
            let is_refused = command.only_fails && is_whole;
            let is_of_others =
                OF_RAW_SOCKETS.contains(&name) && !RAW_SOCKETS.contains(&&*table.name);
            !is_refused && !is_of_others && !layer.passes(cx.declared(), name)
        };
        let left: Vec<&HandledCommand> = handler.commands.iter().filter(is_left).collect();
        let Some(first) = left.first() else { continue };
        if driver_code::has_compat(cx, table) {
            continue;
        }
        let member = layer.member;
        let noun = layer.noun;
        let message = format!(
            "`{}` has no `{member}`: 32-bit programs get ENOTTY for {}",
            table.name,
            driver_code::names(&left),
        );
        let mut finding = driver_code::table_finding(cx, &COMPAT_LEFT_TO_LAYER, table, message);
        finding.command = Some(first.name.clone());
        let names: Vec<&str> = left.iter().map(|command| command.name.as_str()).collect();
        finding.notes.extend(driver_code::rest(&names));
        finding.notes.push(format!("the {noun} passes on only the commands that it knows"));
        let text = format!("32-bit programs reach this only through the {noun}");
        finding.related.push(Label { span: native.span, text });
        advise(&mut finding, member);
        findings.push(finding);
    }
}

fn advise(finding: &mut Finding, compat: &str) {
    finding.label = format!("no `{compat}`");
    finding.fix = Some(Fix {
        message: format!("add `.{compat}` if the driver has commands of its own"),
        edits: Vec::new(),
        safety: Safety::Safe,
    });
}
