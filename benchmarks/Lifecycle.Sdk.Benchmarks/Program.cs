using BenchmarkDotNet.Running;
using Lifecycle.Sdk.Benchmarks.Figures;

// figures            one line per promise, each beside its floor, in under two minutes
// figures NAME…      only the lines whose name contains one of the words
// anything else      BenchmarkDotNet's own options, for example --filter '*HotPath*'
if (args is ["first-point", var store]) return FirstPoint.Child(store);
if (args is ["figures", .. var names]) return FigureTable.Print(names);
BenchmarkSwitcher.FromAssembly(typeof(FigureTable).Assembly).Run(args);
return 0;
