using Xunit;
using Xunit.Sdk;
using Xunit.v3;

// One test at a time: each lab has a dozen processes, and some tests wait for what they do.
[assembly: Parallelization(Mode = ParallelMode.None)]
