using Sequitur.Cli.Why;
using Sequitur.Engine;
using Sequitur.Engine.Loading;

namespace Sequitur.Cli.Tracing;

/// <summary>A model that runs prompts: of text where it has a vocabulary, of ids in any case.</summary>
internal sealed class TracedPrompt : IDisposable
{
    private readonly IDisposable[] _owned;
    private readonly TextEngine? _text;

    private TracedPrompt(InferenceEngine engine, TextEngine? text, params IDisposable[] owned) => (Engine, _text, _owned) = (engine, text, owned);

    /// <summary>What runs it.</summary>
    public InferenceEngine Engine { get; }

    /// <summary>The vocabulary, if there is one.</summary>
    public TokenNames? Names => _text is null ? null : new(_text.Model.Tokenizer.Vocabulary);

    /// <summary>Opens a model.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="idsOnly">Whether no vocabulary is needed.</param>
    public static TracedPrompt Open(string path, EngineOptions options, bool idsOnly)
    {
        if (idsOnly)
        {
            var loaded = ModelLoader.Load(path);
            try
            {
                var engine = new InferenceEngine(loaded.Model, options);
                return new(engine, null, engine, loaded);
            }
            catch
            {
                loaded.Dispose();
                throw;
            }
        }

        var model = TextModel.Load(path);
        try
        {
            var engine = new TextEngine(model, options);
            return new(engine.Engine, engine, engine, model);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The ids of a prompt.</summary>
    public int[] Tokenize(TextRequest request) => _text!.Tokenize(request);

    /// <summary>The ids of a text as it is.</summary>
    /// <exception cref="UsageException">There is no vocabulary.</exception>
    public int[] TokenizeRaw(string text) => _text is null
        ? throw new UsageException("texts of interventions need a vocabulary: give the prompt as text too, not as --ids")
        : _text.Tokenize(new TextRequest { Prompt = text, Raw = true });

    public void Dispose() => Array.ForEach(_owned, owned => owned.Dispose());
}
