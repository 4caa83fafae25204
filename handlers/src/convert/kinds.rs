//! The kinds of the parser's nodes, by number, which is faster than by name.
use std::sync::LazyLock;
use tree_sitter::{Language, Node};

macro_rules! kinds {
    ($($name:ident $spelled:literal)*) => {
        /// The kind of a node.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Kind {
            $($name,)*
            Other,
        }

        fn kind(spelled: &str) -> Kind {
            match spelled {
                $($spelled => Kind::$name,)*
                _ => Kind::Other,
            }
        }
    };
}

kinds! {
    Error "ERROR"
    FunctionDefinition "function_definition"
    Declaration "declaration"
    ExpressionStatement "expression_statement"
    CompoundStatement "compound_statement"
    IfStatement "if_statement"
    ElseClause "else_clause"
    SwitchStatement "switch_statement"
    CaseStatement "case_statement"
    WhileStatement "while_statement"
    DoStatement "do_statement"
    ForStatement "for_statement"
    ReturnStatement "return_statement"
    BreakStatement "break_statement"
    ContinueStatement "continue_statement"
    GotoStatement "goto_statement"
    LabeledStatement "labeled_statement"
    AttributedStatement "attributed_statement"
    TypeDefinition "type_definition"
    LinkageSpecification "linkage_specification"
    StatementIdentifier "statement_identifier"
    Identifier "identifier"
    FieldIdentifier "field_identifier"
    TypeIdentifier "type_identifier"
    NumberLiteral "number_literal"
    CharLiteral "char_literal"
    StringLiteral "string_literal"
    ConcatenatedString "concatenated_string"
    True "true"
    False "false"
    Null "null"
    ParenthesizedExpression "parenthesized_expression"
    CommaExpression "comma_expression"
    ConditionalExpression "conditional_expression"
    AssignmentExpression "assignment_expression"
    UnaryExpression "unary_expression"
    UpdateExpression "update_expression"
    CastExpression "cast_expression"
    PointerExpression "pointer_expression"
    SizeofExpression "sizeof_expression"
    AlignofExpression "alignof_expression"
    OffsetofExpression "offsetof_expression"
    GenericExpression "generic_expression"
    SubscriptExpression "subscript_expression"
    CallExpression "call_expression"
    FieldExpression "field_expression"
    CompoundLiteralExpression "compound_literal_expression"
    BinaryExpression "binary_expression"
    GnuAsmExpression "gnu_asm_expression"
    ExtensionExpression "extension_expression"
    InitializerList "initializer_list"
    InitializerPair "initializer_pair"
    FieldDesignator "field_designator"
    SubscriptDesignator "subscript_designator"
    SubscriptRangeDesignator "subscript_range_designator"
    InitDeclarator "init_declarator"
    PointerDeclarator "pointer_declarator"
    ArrayDeclarator "array_declarator"
    FunctionDeclarator "function_declarator"
    ParenthesizedDeclarator "parenthesized_declarator"
    AttributedDeclarator "attributed_declarator"
    AbstractPointerDeclarator "abstract_pointer_declarator"
    AbstractArrayDeclarator "abstract_array_declarator"
    AbstractFunctionDeclarator "abstract_function_declarator"
    AbstractParenthesizedDeclarator "abstract_parenthesized_declarator"
    StorageClassSpecifier "storage_class_specifier"
    TypeQualifier "type_qualifier"
    ParameterList "parameter_list"
    ParameterDeclaration "parameter_declaration"
    TypeDescriptor "type_descriptor"
    StructSpecifier "struct_specifier"
    UnionSpecifier "union_specifier"
    EnumSpecifier "enum_specifier"
}

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let language: Language = tree_sitter_c::LANGUAGE.into();
    let count = u16::try_from(language.node_kind_count()).unwrap_or(u16::MAX);
    (0..count).map(|id| language.node_kind_for_id(id).map_or(Kind::Other, kind)).collect()
});

impl Kind {
    pub(super) fn of(node: Node<'_>) -> Self {
        if node.is_error() {
            return Self::Error;
        }
        if !node.is_named() {
            return Self::Other;
        }
        KINDS.get(usize::from(node.kind_id())).copied().unwrap_or(Self::Other)
    }
}

macro_rules! fields {
    ($($name:ident $spelled:literal)*) => {
        /// The parts of nodes that are asked for by name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Field {
            $($name,)*
        }

        static FIELDS: LazyLock<Vec<u16>> = LazyLock::new(|| {
            let language: Language = tree_sitter_c::LANGUAGE.into();
            vec![$(language.field_id_for_name($spelled).map_or(0, std::num::NonZero::get),)*]
        });
    };
}

fields! {
    Alternative "alternative"
    Argument "argument"
    Arguments "arguments"
    Body "body"
    Condition "condition"
    Consequence "consequence"
    Declarator "declarator"
    Designator "designator"
    Function "function"
    Index "index"
    Initializer "initializer"
    Label "label"
    Left "left"
    Operator "operator"
    Parameters "parameters"
    Right "right"
    Start "start"
    Type "type"
    Update "update"
    Value "value"
    Member "field"
}

impl Field {
    /// The number of the field.
    pub(super) fn id(self) -> u16 {
        FIELDS[self as usize]
    }

    /// The part of a node.
    pub(super) fn of(self, node: Node<'_>) -> Option<Node<'_>> {
        node.child_by_field_id(self.id())
    }
}
