using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using Sequitur.Kernels.Attention;
using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Programs;
using Sequitur.Kernels.Tests;

[assembly: AssemblyFixture(typeof(Comparisons))]

namespace Sequitur.Kernels.Tests;

/// <summary>Counts the comparisons of a run's outputs with the reference's: what was equal, on which tiers, for how many shapes. The totals are written when the run ends, where a file is named.</summary>
public sealed class Comparisons : IDisposable
{
    /// <summary>The environment variable that names the file.</summary>
    public const string Variable = "SEQUITUR_COMPARISONS";

    private static readonly ConcurrentDictionary<(string Kernel, Tier Tier, string Shape), long> Equal = new();
    private static readonly ConcurrentDictionary<(string Kernel, Tier Tier, string Shape), long> Different = new();
    private static readonly ConcurrentDictionary<Type, FieldInfo[]> Fields = new();
    private static readonly bool Counting = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };

    /// <summary>Counts one comparison.</summary>
    internal static void Count(Kernel kernel, Processor processor, bool equal)
    {
        if (Counting)
        {
            (equal ? Equal : Different).AddOrUpdate((kernel.Name, processor.Tier, Shape(kernel)), 1, (_, count) => count + 1);
        }
    }

    /// <summary>The run is over.</summary>
    public void Dispose()
    {
        if (Counting)
        {
            var all = Equal.Keys.Union(Different.Keys).ToList();
            File.WriteAllBytes(Environment.GetEnvironmentVariable(Variable)!, JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
            {
                ["combinations"] = all.Count,
                ["different"] = Different.Count,
                ["comparisons"] = Equal.Values.Sum() + Different.Values.Sum(),
                ["kernels"] = all.Select(entry => entry.Kernel).Distinct().Count(),
                ["tiers"] = Enum.GetValues<Tier>().Where(Processor.IsSupported).Select(tier => tier.ToString()),
                ["missing"] = Enum.GetValues<Tier>().Where(tier => !Processor.IsSupported(tier)).Select(tier => tier.ToString()),
            }));
        }
    }

    // The sizes and formats of all that a kernel was bound to.
    private static string Shape(object bound, int depth = 0) => string.Join(' ', Fields.GetOrAdd(bound.GetType(), FieldsOf).Select(field => field.GetValue(bound) switch
    {
        null => "-",
        Operand operand => operand.IsNone ? "-" : $"{operand.Rows.Factor}x{operand.Columns} {operand.Type}",
        Weight weight => $"{weight.Rows}x{weight.Columns} {weight.Format}",
        WeightPanels panels => panels.IsPacked ? "packed" : "",
        Processor => "",
        AttentionShape shape => $"{shape} {string.Join(' ', shape.Terms)}",
        var other when depth < 2 && field.FieldType.Assembly == typeof(Kernel).Assembly && !field.FieldType.IsEnum => Shape(other, depth + 1),
        var other => $"{other}",
    }));

    private static FieldInfo[] FieldsOf(Type type)
    {
        var fields = new List<FieldInfo>();
        for (var level = type; level is not null && level != typeof(Kernel); level = level.BaseType)
        {
            fields.AddRange(level.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                .Where(field => field.FieldType.IsPrimitive || field.FieldType.Assembly == typeof(Kernel).Assembly));
        }

        return [.. fields];
    }
}
