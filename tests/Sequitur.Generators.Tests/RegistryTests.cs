using Microsoft.CodeAnalysis;

namespace Sequitur.Generators.Tests;

/// <summary>What is listed, in which order, and what is refused.</summary>
public class RegistryTests
{
    private const string Things = """
        namespace Shop
        {
            [AttributeUsage(AttributeTargets.All, AllowMultiple = true)]
            public sealed class ThingAttribute(string name) : Attribute { public string Name => name; }

            [Sequitur.Registry(typeof(ThingAttribute))]
            public static partial class Things
            {
                private static string Enter<T>(ThingAttribute key) => $"{key.Name}: {typeof(T).Name}";
            }
        }
        """;

    [Fact]
    public void All_SeveralClasses_AreSortedByClassName()
    {
        var bench = Bench.Run(Things, """
            namespace Z { [Shop.Thing("2")] class Apple; [Shop.Thing("4")] struct Pear; }
            namespace A { [Shop.Thing("3")] record Lemon; [Shop.Thing("5")] sealed class apple; [Shop.Thing("1")] class AppLe; }
            """);

        bench.All("Shop.Things").ShouldBe(["1: AppLe", "2: Apple", "3: Lemon", "4: Pear", "5: apple"]);
    }

    [Fact]
    public void All_TwoAttributesOnOneClass_GiveTwoEntriesInOrder()
    {
        var bench = Bench.Run(Things, """[Shop.Thing("b")] [Shop.Thing("a")] class Box;""");

        bench.All("Shop.Things").ShouldBe(["b: Box", "a: Box"]);
    }

    [Fact]
    public void All_PartialClass_GivesEachApplicationOnce()
    {
        var bench = Bench.Run(Things, """[Shop.Thing("a")] partial class Box;""", """[Shop.Thing("b")] [Serializable] partial class Box;""", "partial class Box;");

        bench.All("Shop.Things").ShouldBe(["a: Box", "b: Box"]);
    }

    [Fact]
    public void All_AbstractGenericStaticAndInterface_AreLeftOut()
    {
        var bench = Bench.Run(Things, """
            [Shop.Thing("a")] abstract class Abstract;
            [Shop.Thing("b")] class Generic<T> { [Shop.Thing("c")] public class Inner; }
            [Shop.Thing("d")] static class Static;
            [Shop.Thing("e")] interface Interface;
            [Shop.Thing("f")] enum Enumeration { One }
            class Outer { [Shop.Thing("g")] internal class Nested : Derived; internal class Derived : Abstract; }
            """);

        bench.All("Shop.Things").ShouldBe(["g: Nested"]);
    }

    [Fact]
    public void All_NothingToList_IsEmpty() => Bench.Run(Things).All("Shop.Things").ShouldBeEmpty();

    [Fact]
    public void All_TwoRegistries_EachListsItsOwn()
    {
        var bench = Bench.Run(Things, """
            class PlaceAttribute : Attribute;
            [Sequitur.Registry(typeof(PlaceAttribute))]
            static partial class @namespace { static (string, int)? Enter<T>(PlaceAttribute key) where T : new() => (typeof(T).Name, 1); }
            [Shop.Thing("a")] [Place] class Box;
            [Place] class Shelf;
            """);

        bench.All("Shop.Things").ShouldBe(["a: Box"]);
        bench.All("namespace").ShouldBe([("Box", 1), ("Shelf", 1)]);
    }

    [Theory]
    [InlineData("internal class Item;", "internal static")]
    [InlineData("public class Item;", "public static")]
    public void All_Visibility_IsThatOfTheEntries(string item, string expected)
    {
        var bench = Bench.Run($$"""
            public class KeyAttribute : Attribute;
            {{item}}
            [Sequitur.Registry(typeof(KeyAttribute))]
            public static partial class Items { private static Item? Enter<T>(KeyAttribute key) => null; }
            """);

        bench.Problems.ShouldBeEmpty();
        bench.Generated("Items.g.cs").ShouldContain($"{expected} global::System.Collections.Generic.IReadOnlyList<global::Item?> All");
    }

    [Theory]
    [InlineData("public static class", "T Enter<T>(KeyAttribute key) => default!;", "static partial class")]
    [InlineData("public partial class", "T Enter<T>(KeyAttribute key) => default!;", "static partial class")]
    [InlineData("public static partial class", "string Enter(KeyAttribute key) => string.Empty;", "no static method Enter")]
    [InlineData("public static partial class", "string Enter<T>(string key) => key;", "no static method Enter")]
    [InlineData("public static partial class", "void Enter<T>(KeyAttribute key) { }", "no static method Enter")]
    public void Registry_OfWrongShape_IsAnError(string declaration, string enter, string message)
    {
        var bench = Bench.Run($$"""
            public class KeyAttribute : Attribute;
            [Sequitur.Registry(typeof(KeyAttribute))]
            {{declaration}} Items { private static {{enter}} }
            """);

        var problem = bench.Problems.ShouldHaveSingleItem();
        problem.Id.ShouldBe("SEQ001");
        problem.Severity.ShouldBe(DiagnosticSeverity.Error);
        problem.GetMessage().ShouldContain(message);
        problem.Location.GetLineSpan().Path.ShouldBe("Source0.cs");
        problem.Location.GetLineSpan().StartLinePosition.Line.ShouldBe(3);
    }

    [Fact]
    public void Run_AfterAnUnrelatedEdit_ReusesItsOutput()
    {
        var bench = Bench.Run(Things, """[Shop.Thing("a")] class Box { int One() => 1; }""");
        var old = bench.Before.SyntaxTrees.Last();
        var edited = bench.Before.ReplaceSyntaxTree(old, old.WithChangedText(Microsoft.CodeAnalysis.Text.SourceText.From(old.ToString().Replace("=> 1", "=> 2", StringComparison.Ordinal))));

        var reasons = bench.Driver.RunGenerators(edited, TestContext.Current.CancellationToken).GetRunResult().Results.Single()
            .TrackedOutputSteps.SelectMany(steps => steps.Value).SelectMany(step => step.Outputs).Select(output => output.Reason).ToList();

        reasons.ShouldNotBeEmpty();
        reasons.ShouldAllBe(reason => reason == IncrementalStepRunReason.Cached || reason == IncrementalStepRunReason.Unchanged);
    }
}
