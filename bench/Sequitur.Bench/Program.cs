return Sequitur.Bench.BenchLine.Run(args, Console.Out, Console.Error);
