using System.CommandLine;
using Sequitur.Engine.Sampling;

namespace Sequitur.Cli;

/// <summary>Options about how tokens are chosen: the order of the samplers, and what each registered sampler declares.</summary>
internal sealed class SamplingFlags
{
    private readonly Option<string?> _order = new("--samplers") { Description = "The samplers in their order, with ; between them" };
    private readonly List<Option> _flags = [];

    public SamplingFlags()
    {
        foreach (var parameter in Samplers.InDefaultOrder.SelectMany(sampler => sampler.Parameters))
        {
            if (parameter.Flag is { } flag)
            {
                _flags.Add(Flag(flag, parameter));
            }
        }
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> Options => [_order, .. _flags];

    /// <exception cref="UsageException">The samplers make no sense together.</exception>
    public SamplingOptions Read(ParseResult parsed)
    {
        var given = _flags.Select(flag => (flag.Name, Values: Texts(parsed, flag))).Where(flag => flag.Values.Count > 0);
        var options = new SamplingOptions { Order = parsed.GetValue(_order), Flags = given.ToDictionary(flag => flag.Name, flag => flag.Values) };
        _ = options.Build(temperature: 1); // what is impossible shows before a model is loaded
        return options;
    }

    private static Option Flag(string name, SamplerParameter parameter)
    {
        Option option = parameter.TakesMany ? new Option<string[]>(name) : new Option<string?>(name);
        option.Description = parameter.Description;
        option.Validators.Add(result =>
        {
            try
            {
                parameter.Check([.. result.Tokens.Select(token => token.Value)], name);
            }
            catch (UsageException problem)
            {
                result.AddError(problem.Message);
            }
        });
        return option;
    }

    private static IReadOnlyList<string> Texts(ParseResult parsed, Option option) => [.. parsed.GetResult(option)?.Tokens.Select(token => token.Value) ?? []];
}
