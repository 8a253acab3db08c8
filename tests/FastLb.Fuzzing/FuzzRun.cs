using System.Diagnostics;

namespace FastLb.Fuzzing;

/// <summary>Tries texts on all processors until there are enough of them, or one fails or hangs. What fails is written to a file and named with its seed.</summary>
internal sealed class FuzzRun(TextMutator mutator, ConfigurationTrial trial, string folder)
{
    private const int Failed = 1, Hung = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60), ReportEvery = TimeSpan.FromSeconds(30);

    private readonly Lock _reporting = new();
    private long _done;
    private (TimeSpan Took, ulong Seed) _slowest;
    private int _failures;

    /// <summary>Tries them.</summary>
    /// <returns>The exit status.</returns>
    public int Run(ulong first, long count)
    {
        int workers = Math.Max(1, Environment.ProcessorCount);
        var current = new Trial?[workers];
        long began = Stopwatch.GetTimestamp();
        Thread[] threads = [.. Enumerable.Range(0, workers).Select(worker => new Thread(() => Work(worker, workers, first, count, current)) { IsBackground = true })];
        foreach (Thread thread in threads) thread.Start();
        var reported = TimeSpan.Zero;
        while (!Array.TrueForAll(threads, thread => thread.Join(TimeSpan.FromMilliseconds(500))))
        {
            TimeSpan elapsed = Stopwatch.GetElapsedTime(began);
            if (elapsed - reported > ReportEvery)
            {
                reported = elapsed;
                Console.WriteLine($"{Volatile.Read(ref _done)} of {count} texts after {elapsed.TotalSeconds:0} s");
            }

            if (Array.Find(current, one => one is { } running && Stopwatch.GetElapsedTime(running.Began) > Patience) is { } stuck)
            {
                Report(stuck.Seed, mutator.Make(stuck.Seed), $"does not end within {Patience.TotalSeconds} s");
                return Hung;
            }
        }

        Console.WriteLine(
            $"{_done} texts from seed {first} in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s, the slowest was read in {_slowest.Took.TotalMilliseconds:0} ms (seed {_slowest.Seed}); {_failures} failed");
        return _failures == 0 ? 0 : Failed;
    }

    private void Work(int worker, int workers, ulong first, long count, Trial?[] current)
    {
        for (long number = worker; number < count && Volatile.Read(ref _failures) == 0; number += workers)
        {
            ulong seed = first + (ulong)number;
            string text = mutator.Make(seed);
            current[worker] = new Trial(seed, Stopwatch.GetTimestamp());
            if (trial.Run(text, seed, out TimeSpan took) is { } fault) Report(seed, text, fault);
            current[worker] = null;
            Note(seed, took);
            Interlocked.Increment(ref _done);
        }
    }

    private void Note(ulong seed, TimeSpan took)
    {
        lock (_reporting)
        {
            if (took > _slowest.Took) _slowest = (took, seed);
        }
    }

    private void Report(ulong seed, string text, string fault)
    {
        lock (_reporting)
        {
            _failures++;
            Directory.CreateDirectory(folder);
            string file = Path.Combine(folder, $"{seed}.conf");
            File.WriteAllText(file, text);
            Console.Error.WriteLine($"seed {seed} ({file}): {fault}");
        }
    }

    /// <summary>A text that is being tried.</summary>
    private sealed record Trial(ulong Seed, long Began);
}
