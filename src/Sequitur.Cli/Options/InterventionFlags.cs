using System.CommandLine;
using Sequitur.Insight;

namespace Sequitur.Cli;

/// <summary>Options that change what the model computes: one for each registered kind of intervention, each may be given several times.</summary>
internal sealed class InterventionFlags
{
    private readonly IReadOnlyList<Change> _options =
        [.. InterventionRegistry.All.Select(kind => new Change(kind, new Option<string[]?>($"--{kind.Verb}") { Description = kind.Description }))];

    public void AddTo(Command command)
    {
        foreach (var (kind, option) in _options)
        {
            option.Validators.Add(result =>
            {
                foreach (var token in result.Tokens)
                {
                    try
                    {
                        kind.Parse(token.Value);
                    }
                    catch (UsageException problem)
                    {
                        result.AddError($"{option.Name}: {problem.Message}");
                    }
                }
            });
            command.Add(option);
        }
    }

    /// <summary>What was asked for, with its verb in front: <c>ablate 3.5</c>.</summary>
    public IReadOnlyList<string> Read(ParseResult parsed) =>
        [.. _options.SelectMany(known => (parsed.GetValue(known.Option) ?? []).Select(text => $"{known.Kind.Verb} {text}"))];

    private sealed record Change(InterventionKind Kind, Option<string[]?> Option);
}
