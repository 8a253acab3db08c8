using System.CommandLine;
using FastLb.Configuration.Preprocessing;
using FastLb.Fuzzing;

var corpus = new Option<string>("--corpus") { Description = "Folder of configurations; all *.conf in it and below", Required = true };
var inputs = new Option<long>("--inputs") { Description = "How many texts", DefaultValueFactory = _ => 100_000 };
var seed = new Option<ulong>("--seed") { Description = "Of the first text; the others follow", DefaultValueFactory = _ => 1 };
var failures = new Option<string>("--failures") { Description = "Folder for texts that fail", DefaultValueFactory = _ => "artifacts/fuzzing" };
var command = new RootCommand("Reads mutated configurations and watches what becomes of it; exit 1 when one fails, 3 when one hangs") { corpus, inputs, seed, failures };
command.SetAction(arguments =>
{
    string[] texts =
    [
        .. Directory.EnumerateFiles(arguments.GetRequiredValue(corpus), "*.conf", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllText),
    ];
    if (texts.Length == 0)
    {
        Console.Error.WriteLine($"no configuration in {arguments.GetRequiredValue(corpus)}");
        return 2;
    }

    var surroundings = new Surroundings { ConfigurationId = "main", WorkingDirectory = "/etc/k", Files = new CorpusFiles(texts), Variable = name => name == "SITE" ? "s1" : null };
    return new FuzzRun(new TextMutator(texts), new ConfigurationTrial(surroundings), arguments.GetRequiredValue(failures))
        .Run(arguments.GetValue(seed), arguments.GetValue(inputs));
});
return command.Parse(args).Invoke();
