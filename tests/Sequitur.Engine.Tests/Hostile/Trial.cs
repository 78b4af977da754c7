using Sequitur.Engine.Loading;
using Sequitur.Kernels.Programs;
using Sequitur.Models;
using Sequitur.Tensors;
using Sequitur.Tensors.Execution;

namespace Sequitur.Engine.Tests.Hostile;

/// <summary>Opens a model that may be anything and takes one step with it.</summary>
internal static class Trial
{
    // Generous: these models have some thousand weights each, and the largest context that is tried is theirs.
    private const long MostManagedBytes = 64 << 20;
    private const long MostPlanBytes = 64 << 20;

    /// <summary>What refused it, with a message; null if it ran. Any exception that is no user's error is a failure of the test.</summary>
    public static Exception? Run(string path)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using var loaded = ModelLoader.Load(path);
            Step(loaded.Model);
            return null;
        }
        catch (Exception refusal) when (refusal is SequiturException or NotSupportedException)
        {
            refusal.Message.ShouldNotBeEmpty();
            refusal.Message.ShouldNotContain("\n");
            (refusal.InnerException is ArgumentException or ArithmeticException).ShouldBeFalse($"found out by the last resort only: {refusal.Message}");
            return refusal;
        }
        finally
        {
            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(MostManagedBytes);
        }
    }

    private static void Step(Model model)
    {
        if (model is CausalLanguageModel)
        {
            Generate(model);
        }
        else
        {
            RunPhases(model);
        }
    }

    private static void Generate(Model model)
    {
        using var engine = new InferenceEngine(model, new EngineOptions { Threads = 1, BatchTokens = 8 });
        engine.Plan.Bytes.ShouldBeLessThan(MostPlanBytes);
        var generation = engine.Submit(new Request { Ids = [0], MaxTokens = 2 });
        engine.Step().ShouldBeTrue();
        generation.Error.ShouldBeNull();
        generation.Tokens.Length.ShouldBe(1);
    }

    private static void RunPhases(Model model)
    {
        var context = new ForwardContext(new Graph());
        foreach (var phase in model.Phases)
        {
            model.Trace(phase, context);
        }

        using var pool = new WorkPool(1);
        var lowered = Lowering.Lower(context.Graph, new NumericChoices(false, null));
        var plan = Plan.Build(lowered, new PlanOptions { Capacity = lowered.Symbols.ToDictionary(s => s, s => s == Ragged.Sequences ? 1L : 2L), Pool = pool });
        plan.Bytes.ShouldBeLessThan(MostPlanBytes);
        var inputs = new RunInputs();
        foreach (var symbol in lowered.Symbols)
        {
            inputs.Size(symbol, symbol == Ragged.Sequences ? 1 : 2);
        }

        // One sequence of two rows; ids, positions' owners and whatever else a family reads by row are zeros.
        foreach (var (name, tensor) in plan.Graph.Inputs)
        {
            inputs.Set(name, name.Split('.')[^1] switch
            {
                "position" or "output_rows" => [0, 1],
                "count" or "length" => [2],
                _ => tensor.Shape.Rows.Symbol == Ragged.Sequences ? [0] : new int[2],
            });
        }

        plan.Run(inputs);
    }
}
