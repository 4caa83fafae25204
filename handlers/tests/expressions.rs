//! What an expression means, also where C needs to know which names are types.
mod shown;

use ioctlkit_handlers::parse::parse;
use shown::Shown;

/// The statements of a function with this body, with all their parentheses.
#[track_caller]
fn body(text: &str) -> String {
    let source = format!("int f(void)\n{{\n{text}\n}}\n");
    let unit = parse(&source);
    let shown = Shown(&source);
    let function = shown.function(&unit, "f");
    assert!(function.is_understood, "{text}: {:?}", unit.not_understood);
    assert!(unit.not_understood.is_empty());
    shown.body(function)
}

#[track_caller]
fn is(text: &str, meaning: &str) {
    assert_eq!(body(&format!("x = {text};")), format!("(x = {meaning});"), "{text}");
}

#[test]
fn operators_bind_as_in_c() {
    is("a + b * c - d", "((a + (b * c)) - d)");
    is("a & b == c", "(a & (b == c))");
    is("a << b + c | d ^ e & f", "((a << (b + c)) | (d ^ (e & f)))");
    is("a || b && c", "(a || (b && c))");
    is("a ? b : c ? d : e", "(a ? b : (c ? d : e))");
    is("a ?: b", "(a ?  : b)");
    is("!a->b.c[1]", "(!a->b.c[1])");
    is("-a * ~b", "((-a) * (~b))");
    is("*p++", "(*(step p))");
    is("!i++", "(!(step i))");
    is("-i--", "(-(step i))");
    is("&p->a[2]", "(&p->a[2])");
    is("*p * *q", "((*p) * (*q))");
    is("a -1", "(a - 1)");
    is("-1", "(-1)");
    is("(a + b) -1", "((a + b) - 1)");
    is("a = b |= c", "(a = (b |= c))");
    is("a % b / c > d >> 1", "(((a % b) / c) > (d >> 1))");
}

#[test]
fn parentheses_around_a_value_are_no_cast() {
    is("(n) - 1", "(n - 1)");
    is("(n)-1", "(n - 1)");
    is("(n) * m", "(n * m)");
    is("(n) & mask", "(n & mask)");
    is("(f)(a)", "f(a)");
    is("(p->f)(a)", "p->f(a)");
    is("(f(a)) - 1", "(f(a) - 1)");
    is("(a[1]) -1", "(a[1] - 1)");
    is("(a[1]) & m", "(a[1] & m)");
    is("(a) + (b) * (c)", "(a + (b * c))");
}

#[test]
fn casts_bind_stronger_than_operators_with_two_operands() {
    is("(u32)a * b", "((<u32>a) * b)");
    is("(u32)-a * b", "((<u32>(-a)) * b)");
    is("(u32)*p + 1", "((<u32>(*p)) + 1)");
    is("(u8)&x", "(<u8>(&x))");
    is("(u32)(a) - 1", "((<u32>a) - 1)");
    is("(size_t)a.b", "(<size_t>a.b)");
    is("(unsigned long)-1", "(<unsigned long>(-1))");
    is("(foo_t)(a + b)", "(<foo_t>(a + b))");
    is("(struct foo *)a + 1", "((<struct foo*>a) + 1)");
    is("(struct foo *)(p) - 1", "((<struct foo*>p) - 1)");
    is("(int)x++", "(<int>(step x))");
    is("(u32)x++", "(<u32>(step x))");
    is("(void __user *)(uintptr_t)arg", "(<void __user*>(<uintptr_t>arg))");
    is("(const struct foo __user * const *)p", "(<struct foo __user**>p)");
    is("(int (*)(void))p", "(<int()>p)");
    is("(thing (*)(int))p", "(<thing()>p)");
    is("(struct foo){ .a = 1 }", "(<struct foo>{.a = 1})");
    is("(foo)x", "(<foo>x)");
}

#[test]
fn a_typedef_of_the_file_is_a_type() {
    let source = "typedef struct { int a; } thing;\ntypedef int (*hook)(int);\nint f(void)\n{\n\tx = (thing)*p;\n\ty = (hook)(p);\n}\n";
    let unit = parse(source);
    let shown = Shown(source);
    assert_eq!(shown.body(shown.function(&unit, "f")), "(x = (<thing>(*p))); (y = (<hook>p));");
}

#[test]
fn sizeof_takes_types_and_values() {
    is("sizeof(struct foo) * n", "(sizeof<struct foo> * n)");
    is("sizeof(u32) * n", "(sizeof<u32> * n)");
    is("sizeof(u32) - 1", "(sizeof<u32> - 1)");
    is("sizeof(*p) * n", "(sizeof((*p)) * n)");
    is("sizeof(x) & m", "(sizeof(x) & m)");
    is("sizeof x + 1", "(sizeof(x) + 1)");
    is("sizeof(struct foo *)", "sizeof<struct foo*>");
    is("sizeof(a->b)", "sizeof(a->b)");
    is("sizeof(unsigned long long)", "sizeof<unsigned long long>");
}

#[test]
fn macros_take_types() {
    is("container_of(p, struct foo, m)", "container_of(p, <struct foo>, m)");
    is("container_of(p,\n\tstruct foo,\n\tm)", "container_of(p, <struct foo>, m)");
    is("min_t(unsigned int, a, b)", "min_t(<unsigned int>, a, b)");
    is("min_t(int, a, b)", "min_t(<int>, a, b)");
    is("max_t(u32, a, b)", "max_t(<u32>, a, b)");
    is("_IOR('x', 1, struct foo)", "_IOR('x', 1, <struct foo>)");
    is("offsetof(struct foo, a.b[1])", "offsetof(<struct foo>, a.b[1])");
    is("va_arg(args, void *)", "va_arg(args, <void*>)");
    is("va_arg(args, u8 *)", "va_arg(args, <u8*>)");
    is("kzalloc_obj(struct foo)", "kzalloc_obj(<struct foo>)");
    is("g(a * b)", "g((a * b))");
    is("to(p, typeof(*q), m)", "to(p, <typeof(*q)>, m)");
    is("check(a, <=, b)", "check(a, ?, b)");
    is("flag(tp, 5705_PLUS)", "flag(tp, 5705_PLUS)");
}

#[test]
fn statement_expressions_strings_and_assembly_are_values() {
    is("({ int y = 1; y; })", "({ int y = 1; y; })");
    assert_eq!(
        body("printk(KERN_ERR PFX \"a\" __stringify(B) \"c\\\"\", n);"),
        "printk(\"a\", n);"
    );
    assert_eq!(body("asm volatile(\"nop\" : \"=r\" (x) : : \"memory\");"), "?;");
    assert_eq!(body("p = \"one\\\ntwo\";"), "(p = \"one\\);");
}

#[test]
fn user_pointers_are_known() {
    assert_eq!(
        body("struct foo __user *p = (void __user *)arg, *q;"),
        "struct foo __user* p = (<void __user*>arg); struct foo __user* q;"
    );
    assert_eq!(body("const char __user * const *p; char *q;"), "char __user** p; char* q;");
    assert_eq!(body("typeof(x) __user *y = g();"), "typeof(x) __user* y = g();");
    assert_eq!(body("int (__user *fn)(int), n[3];"), "int __user() fn; int[] n;");
}
