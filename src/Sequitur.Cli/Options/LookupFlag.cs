using System.CommandLine;
using Sequitur.Engine;
using Sequitur.Engine.Speculation;

namespace Sequitur.Cli;

/// <summary><c>--lookup</c>: how many tokens are drafted ahead by prompt look-up.</summary>
/// <param name="standard">The number where none is given.</param>
internal sealed class LookupFlag(int standard)
{
    /// <summary>What answers are drafted with where nothing is said: as many as the kernels for a few rows take with the token before them.</summary>
    public const int ForAnswers = 13;

    private readonly Option<int?> _most = Flags.Whole(
        "--lookup", $"The most tokens to draft ahead from what was said before; fewer where that pays, never another answer; 0: none; {standard} by default", 0, SpeculationOptions.Limit);

    public void AddTo(Command command) => command.Add(_most);

    /// <summary>How many.</summary>
    public int Most(ParseResult parsed) => parsed.GetValue(_most) ?? standard;

    /// <summary>The options with it.</summary>
    public EngineOptions Read(ParseResult parsed, EngineOptions options) => options with { Speculation = SpeculationOptions.Lookup(Most(parsed)) };
}
