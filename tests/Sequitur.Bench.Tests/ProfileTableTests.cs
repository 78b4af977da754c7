namespace Sequitur.Bench.Tests;

public sealed class ProfileTableTests
{
    private static readonly ProfileTable Table = new("decode step", 2, 100, 1005, [new("MatMul × 8", 2, 800, 16_000_000), new("Norm × 1", 3, 199.5, 0), new("Copy × 1", 1, 0.5, 0)]);

    [Fact]
    public void Markdown_HasLinesThatAddUp()
    {
        var output = new StringWriter();

        ProfileTable.WriteMarkdown(Table, output);

        output.ToString().ReplaceLineEndings("\n").ShouldBe("""

            Decode step, 2 threads: 100 tokens/s; the program 1005 µs, its kernels one by one 1000 µs:

            | kernel × items | kernels | MB read | µs | GB/s | share |
            |---|---:|---:|---:|---:|---:|
            | MatMul × 8 | 2 | 16 | 800 | 20 | 80 % |
            | Norm × 1 | 3 |  | 200 |  | 19.9 % |
            | the rest | 1 |  | 0.50 |  | 0.050 % |
            | together | 6 | 16 | 1000 | 16 | 100 % |

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Plain_HasALineForEach()
    {
        var output = new StringWriter();

        ProfileTable.WritePlain(Table, output);

        output.ToString().Split(Environment.NewLine).Length.ShouldBe(1 + 2 + 4 + 1);
    }
}
