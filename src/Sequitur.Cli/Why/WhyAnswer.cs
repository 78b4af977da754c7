using Sequitur.Insight;

namespace Sequitur.Cli.Why;

/// <summary>What <c>why</c> found out before it makes passes.</summary>
/// <param name="Index">Number of the token in the answer, from 0.</param>
/// <param name="Choice">The choice as the model made it.</param>
/// <param name="Changed">The same token in the changed model; null where nothing is changed.</param>
/// <param name="Changes">What is changed.</param>
internal sealed record WhyAnswer(int Index, TokenChoice Choice, TokenChoice? Changed, IReadOnlyList<string> Changes)
{
    /// <summary>The choice that is explained: in the changed model, if it is changed.</summary>
    public TokenChoice Explained => Changed ?? Choice;
}

/// <summary>Receives what <c>why</c> finds, in this order.</summary>
internal interface IWhyReport
{
    /// <summary>Candidates, samplers, attribution, lens.</summary>
    void Choice(WhyAnswer answer);

    /// <summary>Gradients of all tokens, and what passes follow.</summary>
    /// <param name="importance">The gradients.</param>
    /// <param name="passes">Positions that passes will be made for.</param>
    /// <param name="estimate">How long they will take; null where nobody asked.</param>
    void Gradients(ImportanceStream importance, IReadOnlyList<int> passes, TimeSpan? estimate);

    /// <summary>The passes for one token.</summary>
    void Pass(Importance importance);

    /// <summary>All passes are made.</summary>
    void End();
}
