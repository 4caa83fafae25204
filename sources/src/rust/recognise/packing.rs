//! How crates pack a number, each by its version: what a crate's code computes is a command's number,
//! whatever the kernel's macro would yield.

use ioctlkit_abi::{Direction, Encoding};
use ioctlkit_model::{Argument, BinaryOperator, Constant, Encoder, Expression, OwnEncoder};

use super::collect::Collector;
use crate::rust::constructors::{Constructor, Packing};
use crate::rust::resolve::scopes::CrateId;

impl Collector<'_> {
    /// What packs the number of a command that a crate's macro or function makes, seen from a crate.
    pub(crate) fn encoder(
        &self,
        krate: CrateId,
        constructor: Constructor,
        (direction, type_letter, nr): (Direction, u32, u32),
        argument: &Argument,
    ) -> Encoder {
        let Constructor::Known(maker, _) = constructor else { return Encoder::Kernel };
        let version = self.eval.names.version_of(krate, maker.name);
        let masks = match maker.packing(version.as_deref()) {
            Packing::Checked | Packing::Spilling => return Encoder::Kernel,
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
        Encoder::Own(OwnEncoder {
            number: Constant::Expression(Box::new(number)),
            sign_extends: false,
            name: maker.packer.to_owned(),
        })
    }
}
