//! N001 sizeof-as-type.

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Argument, Command, CommandBody, Edit, Finding, Fix, Safety, Word, abi_words};

use crate::context::{Context, command_finding};
use crate::numbering::check_definitions;
use crate::{abis, declare_rule};

declare_rule! {
    /// `sizeof(x)`, or `size_t` itself, given as the data type of a command
    ///
    /// # What
    /// The third argument of `_IOR`, `_IOW` or `_IOWR` is `sizeof(x)` instead of the type `x`, or the
    /// type is `size_t`.
    ///
    /// # Why
    /// The macro takes `sizeof` of what it is given, and `sizeof(sizeof(x))` is the size of a `size_t`.
    /// The number then says 4 bytes on 32-bit ABIs and 8 bytes on 64-bit ones, whatever the argument
    /// is, and a 64-bit kernel does not know the number that 32-bit programs pass.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Command number definitions";
    /// userspace-api/ioctl/ioctl-number.rst.
    ///
    /// # Example
    /// ```c
    /// #define FOO_GET _IOR('x', 1, sizeof(struct foo))
    /// #define BLKBSZGET _IOR(0x12, 112, size_t)
    /// ```
    ///
    /// # Fix
    /// Give the type: `_IOR('x', 1, struct foo)`. In an interface that is in use this changes the
    /// number: keep the old name and its number, and handle 32-bit programs in `compat_ioctl`.
    SIZEOF_AS_TYPE: "N001", "sizeof-as-type", Error, legacy Warning, for C;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    check_definitions(cx, findings, |command, on, body| check_definition(cx, command, on, body));
}

fn check_definition(
    cx: &Context<'_>,
    command: &Command,
    on: AbiSet,
    body: &CommandBody,
) -> Option<Finding> {
    let (message, meant) = match &body.argument {
        Argument::SizeOfType(ty) => {
            let name = cx.interface.type_name(ty);
            let message =
                format!("`sizeof({name})` is not a type: the number holds the size of `size_t`");
            (message, Some(name))
        }
        Argument::Type(ty) => {
            let names = cx.interface.typedef_names(ty);
            let name = names.iter().find(|name| is_size_type(name))?;
            (format!("the data type is `{name}`, whose size differs between ABIs"), None)
        }
        Argument::None | Argument::Size(_) => return None,
    };
    let sizes = abis::by_value(on, |id| Some(id.abi().pointer_size));
    let bytes: Vec<_> = sizes
        .iter()
        .map(|(within, size)| format!("{size} bytes {}", abi_words::on(within, on)))
        .collect();
    let victims = abis::victims(&abis::disagreeing(&sizes));
    let argument = cx.interface.definitions.call(body.span).and_then(|call| call.arguments.last());
    let mut finding = command_finding(
        &SIZEOF_AS_TYPE,
        command,
        argument.map_or(command.span, |argument| argument.span),
        on,
        message,
    );
    finding.notes.push(bytes.join(", "));
    finding.notes.extend(victims.map(|who| format!("{who} use a different number")));
    finding.label = "a type belongs here".into();
    finding.fix = meant.map(|meant| give_type(argument, &meant));
    if finding.fix.is_none() {
        finding.label = "as wide as a pointer".into();
        finding.fix = Some(Fix {
            message: "use `__u64`, or `__u32` where that is enough".into(),
            edits: argument
                .filter(|argument| is_size_type(&argument.spelling))
                .map(|argument| Edit { span: argument.span, replacement: "__u64".into() })
                .into_iter()
                .collect(),
            safety: Safety::ChangesAbi,
        });
    }
    Some(finding)
}

fn is_size_type(name: &str) -> bool {
    matches!(name, "size_t" | "ssize_t" | "__kernel_size_t" | "__kernel_ssize_t")
}

fn give_type(argument: Option<&Word>, meant: &str) -> Fix {
    let edit = argument.and_then(|argument| {
        let inside = argument.spelling.strip_prefix("sizeof")?.trim();
        let replacement = inside.strip_prefix('(')?.strip_suffix(')')?.trim().to_owned();
        Some(Edit { span: argument.span, replacement })
    });
    Fix {
        message: format!("give the type, `{meant}`"),
        edits: edit.into_iter().collect(),
        safety: Safety::ChangesAbi,
    }
}
