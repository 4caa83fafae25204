//! How crates pack a number, each by its version: what a crate's code computes is a command's number,
//! whatever the kernel's macro would yield.

use ioctlkit_abi::{Direction, Encoding};
use ioctlkit_model::{Argument, BinaryOperator, Constant, Encoder, Expression, OwnEncoder};

use super::collect::Collector;
use crate::rust::constructors::through;
use crate::rust::resolve::scopes::CrateId;

/// How a crate puts a number together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    /// As the kernel does on each architecture; what does not fit spills or does not compile.
    Kernel,
    /// As the kernel does, but for what does not fit, which is cut off.
    Masked,
    /// With 14 bits of size and the generic directions on every architecture.
    Generic,
    /// The same, and what does not fit is cut off.
    GenericMasked,
}

/// How a version of a crate packs; of an unknown version, the newest. From the crates' sources:
/// `ioctl.rs` of vmm-sys-util 0.15, `lib.rs` of iocuddle 0.1 to 0.4, `sys/ioctl/linux.rs` of nix 0.31,
/// `platform/mod.rs` of ioctl-sys 0.8, which spills, `ioctl/linux.rs` of rustix 0.38 and 1.1.
fn packing(krate: &str, version: Option<&[u64]>) -> Packing {
    let is_before = |bound: &[u64]| version.is_some_and(|version| version < bound);
    match krate {
        "vmm_sys_util" => Packing::Generic,
        "iocuddle" if is_before(&[0, 2]) => Packing::GenericMasked,
        "iocuddle" if is_before(&[0, 4]) => Packing::Masked,
        "nix" | "rustix" => Packing::Masked,
        _ => Packing::Kernel,
    }
}

impl Collector<'_> {
    /// What packs the number of a command that a crate's macro or function makes, seen from a crate.
    pub(crate) fn encoder(
        &mut self,
        krate: CrateId,
        through: &str,
        (direction, type_letter, nr): (Direction, u32, u32),
        argument: &Argument,
    ) -> Encoder {
        let Some((name, _)) = through.split_once("::") else { return Encoder::Kernel };
        let version = self.eval.names.version_of(krate, name);
        let masks = match packing(name, version.as_deref()) {
            Packing::Kernel => return Encoder::Kernel,
            Packing::Masked => return Encoder::Masked,
            Packing::Generic => false,
            Packing::GenericMasked => true,
        };
        let base = Encoding::Generic.encode_as_c(direction, type_letter, nr, 0);
        let base = Expression::Literal(i128::from(base));
        let size = match argument {
            Argument::None => None,
            Argument::Type(ty) | Argument::SizeOfType(ty) => Some(Expression::SizeOf(ty.clone())),
            Argument::Size(Constant::Known(size)) => Some(Expression::Literal(i128::from(*size))),
            Argument::Size(Constant::Expression(size)) => Some((**size).clone()),
        };
        let binary =
            |operator, left, right| Expression::Binary(operator, Box::new(left), Box::new(right));
        let number = match size {
            None => base,
            Some(size) => {
                let mask = Expression::Literal(0x3fff);
                let size = if masks { binary(BinaryOperator::And, size, mask) } else { size };
                let size = binary(BinaryOperator::ShiftLeft, size, Expression::Literal(16));
                binary(BinaryOperator::Or, base, size)
            }
        };
        let name = match name {
            "vmm_sys_util" => format!("{}ioctl_expr", through::VMM_SYS_UTIL),
            _ => format!("{}Group", through::IOCUDDLE),
        };
        let number = Constant::Expression(Box::new(number));
        Encoder::Own(OwnEncoder { number, sign_extends: false, name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_packs_as_its_version_does() {
        assert_eq!(packing("iocuddle", Some(&[0, 1, 1])), Packing::GenericMasked);
        assert_eq!(packing("iocuddle", Some(&[0, 3, 0])), Packing::Masked);
        assert_eq!(packing("iocuddle", Some(&[0, 4, 0])), Packing::Kernel);
        assert_eq!(packing("iocuddle", None), Packing::Kernel);
        assert_eq!(packing("rustix", Some(&[1, 1, 6])), Packing::Masked);
        assert_eq!(packing("vmm_sys_util", None), Packing::Generic);
    }
}
