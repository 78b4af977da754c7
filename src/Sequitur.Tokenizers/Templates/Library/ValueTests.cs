using System.Numerics;

namespace Sequitur.Tokenizers.Templates;

internal delegate bool ValueTest(Evaluator evaluator, object? value, Arguments arguments);

/// <summary>The tests that follow <c>is</c>.</summary>
internal static class ValueTests
{
    private static readonly Dictionary<string, ValueTest> s_all = new(StringComparer.Ordinal)
    {
        ["defined"] = (_, value, _) => value is not Undefined,
        ["undefined"] = (_, value, _) => value is Undefined,
        ["none"] = (_, value, _) => value is null,
        ["boolean"] = (_, value, _) => value is bool,
        ["true"] = (_, value, _) => value is true,
        ["false"] = (_, value, _) => value is false,
        ["integer"] = (_, value, _) => value is BigInteger,
        ["float"] = (_, value, _) => value is double,
        ["number"] = (_, value, _) => Values.IsNumber(value),
        ["string"] = (_, value, _) => value is Text,
        ["mapping"] = (_, value, _) => value is DictValue,
        ["sequence"] = (_, value, _) => value is Text or ListValue or DictValue or Undefined,
        ["iterable"] = (_, value, _) => value is Text or ListValue or DictValue or Undefined,
        ["callable"] = (_, value, _) => value is ICallable or Undefined,
        ["filter"] = (evaluator, value, _) => Filters.Exists(evaluator.ToText(value).Value),
        ["test"] = (evaluator, value, _) => Exists(evaluator.ToText(value).Value),
        ["escaped"] = (_, value, _) => value is Text { IsMarkup: true },
        ["odd"] = (_, value, _) => !Modulo(value, 2).IsZero,
        ["even"] = (_, value, _) => Modulo(value, 2).IsZero,
        ["divisibleby"] = (_, value, arguments) => Modulo(value, Integer(arguments.Expect("divisibleby", "num").Need(0, "num", "divisibleby"))).IsZero,
        ["lower"] = (evaluator, value, _) => StringMethods.IsCase(evaluator.ToText(value).Value, System.Text.Rune.IsLower),
        ["upper"] = (evaluator, value, _) => StringMethods.IsCase(evaluator.ToText(value).Value, System.Text.Rune.IsUpper),
        ["sameas"] = (_, value, arguments) => IsSame(value, arguments.Need(0, "other", "sameas")),
        ["in"] = (evaluator, value, arguments) => evaluator.Compare(value, "in", arguments.Need(0, "seq", "in")),
        ["eq"] = Comparison("=="),
        ["=="] = Comparison("=="),
        ["equalto"] = Comparison("=="),
        ["ne"] = Comparison("!="),
        ["!="] = Comparison("!="),
        ["lt"] = Comparison("<"),
        ["<"] = Comparison("<"),
        ["lessthan"] = Comparison("<"),
        ["le"] = Comparison("<="),
        ["<="] = Comparison("<="),
        ["gt"] = Comparison(">"),
        [">"] = Comparison(">"),
        ["greaterthan"] = Comparison(">"),
        ["ge"] = Comparison(">="),
        [">="] = Comparison(">="),
    };

    public static bool Exists(string name) => s_all.ContainsKey(name);

    public static bool TryGet(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ValueTest? test) => s_all.TryGetValue(name, out test);

    private static ValueTest Comparison(string @operator) => (evaluator, value, arguments) =>
        evaluator.Compare(value, @operator, arguments.Expect(@operator, "other").Need(0, "other", @operator));

    private static BigInteger Modulo(object? value, BigInteger by) =>
        by.IsZero ? throw TemplateFailure.Runtime("division by zero") : BigInteger.Remainder(Integer(value), by);

    private static BigInteger Integer(object? value)
    {
        if (Values.TryInteger(value, out BigInteger integer))
        {
            return integer;
        }

        throw value is Undefined undefined ? undefined.Failure() : TemplateFailure.Runtime($"an integer is needed, not {Values.TypeName(value)}");
    }

    // Python's "is": small integers and equal constants are one object there, so equal values of one simple type count as the same.
    private static bool IsSame(object? left, object? right) => left is null or bool or BigInteger or double or Text
        ? left?.GetType() == right?.GetType() && Values.AreEqual(left, right)
        : ReferenceEquals(left, right);
}
