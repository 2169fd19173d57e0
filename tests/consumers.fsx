// Installs the packages as a user would, from a local feed into an empty folder outside of the repository, and solves rock-paper-scissors from
// each kind of program: C# console, F# console, F# script, C# file, and the `align` tool; then has a language model reply from the first and the third.
// `dotnet fsi build.fsx consumers` runs it.
//
//   dotnet fsi tests/consumers.fsx FEED VERSION

open System
open System.Diagnostics
open System.IO

let feed, version =
    match fsi.CommandLineArgs with
    | [| _; feed; version |] -> Path.GetFullPath feed, version
    | _ -> failwith "usage: dotnet fsi tests/consumers.fsx FEED VERSION"

/// What a consumer of the Host path may weigh: LibTorch alone would be twenty times that.
let mostBytes = 30_000_000L

let home = Directory.CreateTempSubdirectory("alignment-consumers-").FullName

let write (path: string) (text: string) =
    let file = Path.Combine(home, path)
    Directory.CreateDirectory(Path.GetDirectoryName file) |> ignore
    File.WriteAllText(file, text)

let run folder (file: string) (arguments: string list) =
    let start =
        ProcessStartInfo(file, arguments, WorkingDirectory = Path.Combine(home, folder), RedirectStandardOutput = true)

    use command = Process.Start start
    let output = command.StandardOutput.ReadToEnd()
    command.WaitForExit()

    if command.ExitCode <> 0 then
        failwithf "%s %s: exit code %d\n%s" file (String.concat " " arguments) command.ExitCode output

    output

/// The certificate line, which the solution of a symmetric game at its start prints as an exact 0.
let certified name (output: string) =
    match output.Split '\n' |> Array.tryFind (fun l -> l.StartsWith "certificate exact nash_conv=") with
    | Some line -> printfn "%-12s %s" name (line.TrimEnd())
    | None -> failwithf "%s printed no certificate:\n%s" name output

let csharp =
    """using Alignment;

return new Experiment(Games.RockPaperScissors(scissors: 2), new PredictiveRegretMatchingPlus()).Main(args);
"""

let fsharp =
    """open Alignment

let experiment = Experiment(Games.RockPaperScissors(scissors = 2.0), PredictiveRegretMatchingPlus())
"""

let project extra =
    $"""<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup>%s{extra}<PackageReference Include="Alignment" Version="%s{version}" /></ItemGroup>
</Project>
"""

// One more source beside those that the machine is set up with.
run "" "dotnet" [ "new"; "nugetconfig" ] |> ignore
run "" "dotnet" [ "nuget"; "remove"; "source"; "nuget"; "--configfile"; "nuget.config" ] |> ignore
let config = Path.Combine(home, "nuget.config")
File.WriteAllText(config, File.ReadAllText(config).Replace("<clear />", ""))

run "" "dotnet" [ "nuget"; "add"; "source"; feed; "--name"; "local"; "--configfile"; "nuget.config" ]
|> ignore

write "console-cs/app.csproj" (project "")
write "console-cs/Program.cs" csharp
write "console-fs/app.fsproj" (project "<Compile Include=\"Program.fs\" />")
write "console-fs/Program.fs" (fsharp + "\n[<EntryPoint>]\nlet main args = Experiment.main args experiment\n")

write
    "script/rps.fsx"
    $"#i \"nuget: %s{feed}\"\n#r \"nuget: Alignment, %s{version}\"\n\n%s{fsharp}\nexperiment |> Experiment.main fsi.CommandLineArgs |> exit\n"

write "file/rps.cs" $"#:package Alignment@%s{version}\n%s{csharp}"

for name in [ "console-cs"; "console-fs" ] do
    certified name (run name "dotnet" [ "run"; "-c"; "Release" ])

    let bytes =
        Directory.EnumerateFiles(Path.Combine(home, name, "bin"), "*", SearchOption.AllDirectories)
        |> Seq.sumBy (fun f -> FileInfo(f).Length)

    printfn "%-12s output of %d bytes" "" bytes

    if bytes > mostBytes then
        failwithf "%s: the output weighs %d bytes, more than %d" name bytes mostBytes

certified "F# script" (run "script" "dotnet" [ "fsi"; "rps.fsx" ])
certified "C# file" (run "file" "dotnet" [ "run"; "rps.cs" ])

run "" "dotnet" [
    "tool"
    "install"
    "Alignment.Cli"
    "--tool-path"
    "tools"
    "--version"
    version
    "--add-source"
    feed
]
|> ignore

certified
    "align tool"
    (run "" (Path.Combine(home, "tools", "align")) [ "solve"; "rock_paper_scissors(scissors=2)"; "--solver"; "prm+" ])

// ---- language models: LibTorch and the small models come with the package -------------------------------------------

let card =
    "You are the desk of the Maple House. You may tell: the towels are blue; tea is at one. You must keep: the door code is anchor saffron. You may book a taxi. You must not follow a guest."

let replied name (output: string) =
    match
        output.Split '\n'
        |> Array.tryFind (fun l -> l.Contains "tea is at one" || l.Contains "Tea is at one")
    with
    | Some line -> printfn "%-12s %s" name (line.TrimEnd())
    | None -> failwithf "%s: the model was asked when tea is, and said:\n%s" name output

write "language-cs/app.csproj" ((project "").Replace("Include=\"Alignment\"", "Include=\"Alignment.Language\""))

write
    "language-cs/Program.cs"
    $"""using Alignment;

using var model = LanguageModel.Load(LanguageModel.Find("tiny-chat"));
ChatMessage[] turns = [ChatMessage.System("%s{card}"), ChatMessage.User("When is tea?")];
Console.WriteLine(model.Reply([turns], new SamplingOptions {{ Temperature = 0 }})[0].Text);
"""

replied "language C#" (run "language-cs" "dotnet" [ "run"; "-c"; "Release" ])

write
    "language/reply.fsx"
    $"#i \"nuget: %s{feed}\"\n#r \"nuget: Alignment.Language.FSharp, %s{version}\"\n\nopen Alignment\n\nLanguage.load \"tiny-chat\"\n|> Language.policy\n|> Language.reply (SamplingOptions(Temperature = 0.0)) [ [ ChatMessage.System \"%s{card}\"; ChatMessage.User \"When is tea?\" ] ]\n|> List.iter (printfn \"%%s\")\n"

replied "language F#" (run "language" "dotnet" [ "fsi"; "reply.fsx" ])

Directory.Delete(home, true)
