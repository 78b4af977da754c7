using Sequitur.Cli;
using Sequitur.Kernels;

using var interruption = new Interruption();
return CommandLine.Run(args, new StandardOutput(), Console.Error, interruption);
