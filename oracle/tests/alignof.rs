//! `__alignof__`, which i386 answers otherwise for variables than for members, is what gcc says
//! through typedefs, arrays, enumerations and structures too.

use ioctlkit_abi::{ABIS, AbiSet, Scalar};
use ioctlkit_model::{
    Constant, Enum, EnumBody, EnumId, Expression, Interface, Layouts, Span, Type, Typedef,
    TypedefBody, TypedefId, Variants,
};
use ioctlkit_oracle::compare::Comparison;
use ioctlkit_oracle::{Compiler, Probe};

const DECLARATIONS: &str = "
    typedef unsigned long long plain;
    typedef unsigned long long lowered __attribute__((aligned(2)));
    typedef unsigned long long raised __attribute__((aligned(32)));
    enum large { LARGE = 0xffffffff00000000 };
";

#[test]
fn alignof_sees_through_typedefs_and_arrays() {
    let mut interface = Interface::default();
    let file = interface.sources.add("alignof.h".into(), DECLARATIONS.into());
    let span = Span { file, start: 0, end: 0 };
    for (name, aligned) in [("plain", None), ("lowered", Some(2)), ("raised", Some(32))] {
        let ty = Type::Scalar(Scalar::UnsignedLongLong);
        let body = TypedefBody { ty, aligned: aligned.map(Constant::Known) };
        let variants = Variants::one(AbiSet::ALL, body);
        interface.typedefs.push(Typedef { name: name.into(), span, variants });
    }
    let mut variants = Variants::default();
    for abi in &ABIS {
        let underlying =
            if abi.long_size == 8 { Scalar::UnsignedLong } else { Scalar::UnsignedLongLong };
        let body = EnumBody { underlying, enumerators: Vec::new() };
        variants.add(AbiSet::only(abi.id()), body);
    }
    interface.enums.push(Enum { name: Some("large".into()), span, variants });

    let typedef = |index| Type::Typedef(TypedefId(index));
    let array = |element| Type::Array(Box::new(element), Constant::Known(3));
    let questions = [
        ("plain", typedef(0)),
        ("lowered", typedef(1)),
        ("raised", typedef(2)),
        ("plain[3]", array(typedef(0))),
        ("lowered[3]", array(typedef(1))),
        ("double[3]", array(Type::Scalar(Scalar::Double))),
        ("enum large", Type::Enum(EnumId(0))),
        ("void *", Type::Pointer(Box::new(Type::Void))),
    ];
    let layouts = Layouts::new(&interface);
    for compiler in Compiler::all().unwrap_or_else(|error| panic!("{error}")) {
        let abi = compiler.abi();
        let mut comparison = Comparison::default();
        for (c_name, ty) in &questions {
            let alignof = Constant::Expression(Box::new(Expression::AlignOf(ty.clone())));
            let engine = layouts.constant(&alignof, abi.id()).unwrap();
            comparison.value(format!("__alignof__({c_name})"), engine);
        }
        let mut probe = Probe::new(DECLARATIONS.to_owned());
        comparison.ask(&mut probe);
        let answers = probe.ask(&compiler).unwrap_or_else(|error| panic!("{}: {error}", abi.name));
        assert_eq!(comparison.disagreements(&answers), [], "{}", abi.name);
    }
}
