using System.CommandLine;
using FastLb.Configuration.Keywords;

namespace FastLb.Command.Commands;

/// <summary><c>fastlb keyword</c>: what a keyword of the configuration takes and means, and what FastLb does about it.</summary>
internal static class KeywordCommand
{
    public static System.CommandLine.Command Create()
    {
        var name = new Argument<string?>("NAME") { Description = "The keyword", Arity = ArgumentArity.ZeroOrOne };
        var markdown = new Option<bool>("--markdown") { Description = "All keywords, as Markdown" };
        var command = new System.CommandLine.Command("keyword", "Tell what a keyword of the configuration takes and means, and what FastLb does about it") { name, markdown };
        command.Validators.Add(result =>
        {
            if (result.GetValue(name) is null == !result.GetValue(markdown))
                result.AddError("write NAME, or --markdown for all");
        });
        command.SetAction(arguments =>
        {
            if (arguments.GetValue(name) is not { } keyword)
            {
                Console.Out.Write(KeywordReference.RenderMarkdown());
                return 0;
            }

            if (KeywordReference.RenderKeyword(keyword) is { } text)
            {
                Console.Out.Write(text);
                return 0;
            }

            Console.Error.WriteLine($"fastlb: there is no keyword '{keyword}'{(KeywordReference.Nearest(keyword) is { } nearest ? $"; did you mean '{nearest}'?" : string.Empty)}");
            return 1;
        });
        return command;
    }
}
