using BenchmarkDotNet.Running;
using FastLb.Benchmarks;

if (args is ["flows", .. string[] rest])
    FlowTableAtSize.Run(rest);
else
    BenchmarkSwitcher.FromAssembly(typeof(PipelineBenchmarks).Assembly).Run(args);
