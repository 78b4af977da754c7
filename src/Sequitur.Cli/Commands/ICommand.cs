using System.CommandLine;
using Sequitur.Cli.Output;

namespace Sequitur.Cli.Commands;

/// <summary>Registers a command.</summary>
/// <param name="name">The verb that users write.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CommandAttribute(string name) : Attribute
{
    /// <summary>The verb.</summary>
    public string Name => name;
}

/// <summary>A verb of the program: one file each.</summary>
public interface ICommand
{
    /// <summary>The command with its options and action.</summary>
    /// <param name="io">What the command reads and writes.</param>
    Command Create(CommandIo io);
}

/// <summary>A registered command.</summary>
/// <param name="Name">The verb.</param>
/// <param name="Command">The command.</param>
public sealed record RegisteredCommand(string Name, ICommand Command);

/// <summary>All commands.</summary>
[Registry(typeof(CommandAttribute))]
public static partial class CommandRegistry
{
    private static RegisteredCommand Enter<T>(CommandAttribute key)
        where T : ICommand, new() => new(key.Name, new T());
}
