using Sequitur.Cli;
using Sequitur.Kernels;

return CommandLine.Run(args, new StandardOutput(), Console.Error);
