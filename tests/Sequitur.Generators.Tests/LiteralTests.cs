using System.Globalization;

namespace Sequitur.Generators.Tests;

/// <summary>Attribute arguments come out as they went in.</summary>
public class LiteralTests
{
    // Enter prints type and value, so that 1, 1L and (byte)1 differ.
    private const string Values = """
        [AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
        public sealed class ValueAttribute : Attribute
        {
            public ValueAttribute(object? value) => Value = value;
            public ValueAttribute(string? text, int number, params string[] more) => Value = $"{text ?? "none"}/{number}/{string.Join('+', more)}";
            public ValueAttribute(Type? type, bool flag = true) => Value = $"{type?.ToString() ?? "no type"}/{flag}";
            public object? Value { get; }
            public string? @class { get; set; }
            public Mood Mood;
        }
        public enum Mood : sbyte { Low = -1, High = 1 }
        [Sequitur.Registry(typeof(ValueAttribute))]
        public static partial class Values
        {
            private static string Enter<T>(ValueAttribute key) => Show(key.Value) + (key.@class is null ? "" : " class " + key.@class) + (key.Mood == 0 ? "" : " mood " + key.Mood);
            private static string Show(object? value) => value switch
            {
                null => "null",
                Array array => $"{value.GetType().Name}[{string.Join(",", System.Linq.Enumerable.Select(System.Linq.Enumerable.Cast<object>(array), Show))}]",
                IFormattable number => $"{value.GetType().Name} {number.ToString(null, System.Globalization.CultureInfo.InvariantCulture)}",
                _ => $"{value.GetType().Name} {value}",
            };
        }
        """;

    [Theory]
    [InlineData("(object?)null", "null")]
    [InlineData("true", "Boolean True")]
    [InlineData("-7", "Int32 -7")]
    [InlineData("int.MinValue", "Int32 -2147483648")]
    [InlineData("7U", "UInt32 7")]
    [InlineData("long.MinValue", "Int64 -9223372036854775808")]
    [InlineData("ulong.MaxValue", "UInt64 18446744073709551615")]
    [InlineData("(byte)200", "Byte 200")]
    [InlineData("(sbyte)-3", "SByte -3")]
    [InlineData("(short)-3", "Int16 -3")]
    [InlineData("(ushort)3", "UInt16 3")]
    [InlineData("'\\''", "Char '")]
    [InlineData("0.1f", "Single 0.1")]
    [InlineData("1e-45f", "Single 1E-45")]
    [InlineData("0.1", "Double 0.1")]
    [InlineData("-0.0", "Double -0")]
    [InlineData("1e300", "Double 1E+300")]
    [InlineData("double.NaN", "Double NaN")]
    [InlineData("float.NegativeInfinity", "Single -Infinity")]
    [InlineData("Mood.Low", "Mood Low")]
    [InlineData("(Mood)5", "Mood 5")]
    [InlineData("new[] { 1, 2 }", "Int32[][Int32 1,Int32 2]")]
    [InlineData("new object?[] { 1, null, \"a\", typeof(int) }", "Object[][Int32 1,null,String a,RuntimeType System.Int32]")]
    [InlineData("new[] { Mood.High }", "Mood[][Mood High]")]
    [InlineData("new string[0]", "String[][]")]
    [InlineData("\"a\", 3", "String a/3/")]
    [InlineData("null, 3, \"x\", \"y\"", "String none/3/x+y")]
    [InlineData("number: 4, text: \"b\"", "String b/4/")]
    [InlineData("(Type?)null", "String no type/True")]
    [InlineData("typeof(int[]), false", "String System.Int32[]/False")]
    [InlineData("typeof(System.Collections.Generic.Dictionary<,>)", "String System.Collections.Generic.Dictionary`2[TKey,TValue]/True")]
    [InlineData("typeof(Values)", "String Values/True")]
    [InlineData("1, @class = \"c\", Mood = Mood.High", "Int32 1 class c mood High")]
    [InlineData("1, @class = null", "Int32 1")]
    public void Argument_OfAnyKind_KeepsTypeAndValue(string arguments, string expected) =>
        Bench.Run(Values, $"[Value({arguments})] class Carrier;").All("Values").ShouldBe([expected]);

    [Fact]
    public void Argument_StringOfAwkwardCharacters_KeepsThem()
    {
        const string Awkward = "a\"b\\c\r\n\t\0{x}\u2028é😀\ud800 \u200b";
        var literal = string.Concat(Awkward.Select(c => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture)));

        Bench.Run(Values, $"[Value((object)\"{literal}\")] class Carrier;").All("Values").ShouldBe(["String " + Awkward]);
    }
}
