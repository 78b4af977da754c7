using System.Diagnostics;
using System.Globalization;
using Sequitur.Bench.Peers;
using Sequitur.Engine;
using Sequitur.Engine.Loading;

namespace Sequitur.Bench;

/// <summary>
/// Our side of decoding by turns behind a long context, which is filled once: a process of its own (the bench, called with <see cref="Command"/>). Every turn goes on where the one before ended; each token
/// includes head and sampler, and nothing is drafted.
/// </summary>
internal static class DecodeTurns
{
    /// <summary>The bench's hidden command: <c>decode-turns MODEL DEPTH GENERATE TURNS THREADS</c>.</summary>
    public const string Command = "decode-turns";

    /// <summary>Starts the process.</summary>
    /// <param name="model">The model's file.</param>
    /// <param name="sizes">The depth that is filled, the tokens of a turn, and the threads.</param>
    /// <param name="turns">Turns that will be taken at most.</param>
    /// <exception cref="PeerException">It failed.</exception>
    public static TurnProcess Start(string model, SpeedSizes sizes, int turns)
    {
        int[] numbers = [sizes.Depth, sizes.Generate, turns, sizes.Threads];
        var (program, arguments) = ChildProcess.Self([Command, model, .. numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))]);
        return new(program, arguments);
    }

    /// <summary>What the process does.</summary>
    /// <returns>The exit code.</returns>
    public static int Serve(string model, ReadOnlySpan<string> numbers, TextReader input, TextWriter output)
    {
        var (depth, generate, turns, threads) = (Number(numbers[0]), Number(numbers[1]), Number(numbers[2]), Number(numbers[3]));
        using var loaded = ModelLoader.Load(model);
        using var engine = new InferenceEngine(loaded.Model, new EngineOptions { Threads = threads, Context = depth + 1 + (turns * generate) });
        var generation = engine.Submit(new Request { Ids = SpeedTest.Ids(depth + 1, loaded.Model.VocabularySize), MaxTokens = 1 + (turns * generate) });
        Advance(engine, generation, 1);
        output.WriteLine("ready");
        while (input.ReadLine() is not null)
        {
            var start = Stopwatch.GetTimestamp();
            Advance(engine, generation, generate);
            output.WriteLine((generate / Stopwatch.GetElapsedTime(start).TotalSeconds).ToString(CultureInfo.InvariantCulture));
        }

        return 0;
    }

    // Until so many tokens more are chosen; the first takes the whole prompt.
    private static void Advance(InferenceEngine engine, Generation generation, int tokens)
    {
        for (var end = generation.Tokens.Length + tokens; generation.Tokens.Length < end;)
        {
            if (generation.Error is { } error)
            {
                throw error;
            }

            if (!engine.Step())
            {
                throw new UsageException("no turns are left");
            }
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
