using Xunit;
using Xunit.Sdk;
using Xunit.v3;

// Two labs at a time: each has a dozen processes, and most of a test's time is spent waiting for what they do.
[assembly: Parallelization(Mode = ParallelMode.Collections, MaxThreads = 2)]
