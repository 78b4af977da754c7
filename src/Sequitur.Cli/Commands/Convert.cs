using System.CommandLine;
using Sequitur.Cli.Output;
using Sequitur.Quantization;
using Sequitur.Quantization.Random;
using Sequitur.Quantization.Sources;

namespace Sequitur.Cli.Commands;

/// <summary><c>sequitur convert MODEL --to TYPE</c>: writes a model as GGUF with its matrices in another format; <c>--random</c> makes one of a given shape.</summary>
[Command("convert")]
public sealed class Convert : ICommand
{
    private readonly Argument<string?> _model = new("MODEL") { Description = "A GGUF file (the first of a split model), or a Hugging Face directory", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _to = new("--to") { Description = $"The format of matrices, or a mixture: {string.Join(", ", TargetFormats.All)}" };
    private readonly Option<string?> _output = Flags.Text<string?>("--output", "The file to write; by default beside the model, named after it and the format", "a path", "-o");
    private readonly Option<bool> _force = new("--force") { Description = "Replace a file that is there" };
    private readonly Option<bool> _json = new("--json") { Description = "Print what was done as one JSON object" };
    private readonly Option<string?> _vocabulary = new("--vocab-from") { Description = "A GGUF file whose vocabulary the model is given" };
    private readonly Option<int?> _threads = Flags.Whole("--threads", "Threads that encode; they never change a byte", 1, 1024, "-t");
    private readonly RandomModelFlags _random = new();

    /// <inheritdoc/>
    public Command Create(CommandIo io)
    {
        var command = new Command("convert", "Write a model as GGUF in another format, or one with random weights") { _model, _to, _output, _force, _json, _vocabulary, _threads };
        _random.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.FromResult((int)Write(parsed, io.Output, io.Error, cancellation)));
        return command;
    }

    private ExitCode Write(ParseResult parsed, ResultStream output, TextWriter error, CancellationToken cancellation)
    {
        var target = TargetFormats.Find(parsed.GetValue(_to) ?? throw new UsageException($"--to is missing: {string.Join(", ", TargetFormats.All)}"));
        var model = parsed.GetValue(_model);
        var path = Destination(parsed, model, target.Name);
        if (Directory.Exists(path) || (File.Exists(path) && !parsed.GetValue(_force)))
        {
            throw new UsageException(Directory.Exists(path) ? $"--output {path} is a directory: name a file" : $"{path} exists already: choose another --output, or replace it with --force");
        }

        using var source = Open(parsed, model);
        var conversion = new Conversion(source, target);
        foreach (var note in source.Notes)
        {
            error.WriteLine($"note: {note}");
        }

        if (!source.HasVocabulary)
        {
            error.WriteLine("note: the file gets no vocabulary, so that it takes token ids only; --vocab-from takes one from a GGUF file");
        }

        if (conversion.Requantized.ToArray() is { Length: > 0 } lossy)
        {
            error.WriteLine($"warning: {string.Join(", ", lossy)} is decoded and rounded again to {target}, which loses more than converting the original would");
        }

        var report = new ConversionReport(conversion, path, conversion.Write(path, parsed.GetValue(_threads) ?? Environment.ProcessorCount, cancellation));
        report.WriteTable(error);
        if (parsed.GetValue(_json))
        {
            report.WriteJson(output);
        }

        return ExitCode.Success;
    }

    private ConversionSource Open(ParseResult parsed, string? model)
    {
        var source = _random.Read(parsed) is { } shape
            ? model is null ? RandomModel.Create(shape, _random.Seed(parsed)) : throw new UsageException($"--random makes a model and takes none: {model}")
            : ConversionSource.Open(model ?? throw new UsageException("the model is missing: name a GGUF file or a directory, or make one with --random"));
        var vocabulary = parsed.GetValue(_vocabulary) ?? (_random.IsAsked(parsed) ? Embedded(source) : null);
        return vocabulary is null ? source : Keep(source, vocabulary);
    }

    private static ConversionSource Keep(ConversionSource source, string vocabulary)
    {
        try
        {
            return source.WithVocabularyOf(vocabulary);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    // A random model of the embedded one's vocabulary size can speak with its vocabulary.
    private static string? Embedded(ConversionSource source)
    {
        var file = Directory.Exists(EmbeddedModel.Path) ? Directory.GetFiles(EmbeddedModel.Path, "*.gguf").FirstOrDefault() : null;
        return file is not null && source.FitsVocabularyOf(file) ? file : null;
    }

    private string Destination(ParseResult parsed, string? model, string format) => parsed.GetValue(_output) is { } given
        ? given
        : model is null ? throw new UsageException(_random.IsAsked(parsed) ? "--output is missing: a random model has no name of its own" : "the model is missing: name a GGUF file or a directory, or make one with --random")
        : OutputNames.Beside(model, format);
}
