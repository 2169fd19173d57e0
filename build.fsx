#!/usr/bin/env -S dotnet fsi
// The one way to build, test and pack: `dotnet fsi build.fsx TARGET [-- ARGS]`.
// Needs the SDK alone. Targets are functions whose types force their order: `build` asks for what `restore` gives,
// so a target that forgets a step does not compile.

open System
open System.Diagnostics
open System.IO

// ---------------------------------------------------------------------------------------------------------- places

let root = __SOURCE_DIRECTORY__
let solution = Path.Combine(root, "Alignment.sln")

/// One configuration everywhere, so that what is tested is what is shipped.
let configuration = "Release"

let program project name =
    Path.Combine(root, "artifacts", "bin", project, configuration.ToLowerInvariant(), name + ".dll")

// ------------------------------------------------------------------------------------------------------- processes

/// A command that ended with this exit code; the steps behind it do not run.
exception Failed of exitCode: int

let private quoted (argument: string) =
    if argument = "" || argument |> Seq.exists Char.IsWhiteSpace then
        $"'%s{argument}'"
    else
        argument

/// Runs a command in the root folder on our own stdin, stdout and stderr; raises `Failed` if it fails.
let run (file: string) (arguments: string list) =
    let line = file :: arguments |> List.map quoted |> String.concat " "
    eprintfn "> %s" line

    let start = ProcessStartInfo(file, arguments, WorkingDirectory = root, UseShellExecute = false)

    for key, value in
        [
            "DOTNET_CLI_TELEMETRY_OPTOUT", "1"
            "DOTNET_NOLOGO", "1"
            "DOTNET_SKIP_FIRST_TIME_EXPERIENCE", "1"
            "DOTNET_GENERATE_ASPNET_CERTIFICATE", "false"
            "DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE", "1"
        ] do
        start.Environment[key] <- value

    use command = Process.Start start
    command.WaitForExit()

    if command.ExitCode <> 0 then
        eprintfn "build.fsx: exit code %d from: %s" command.ExitCode line
        raise (Failed command.ExitCode)

let dotnet arguments = run "dotnet" arguments

/// Runs a step and says on stderr how long it took; stdout stays the command's own.
let step name action =
    let clock = Stopwatch.StartNew()
    let result = action ()
    eprintfn "build.fsx: %s took %.1f s" name clock.Elapsed.TotalSeconds
    result

// --------------------------------------------------------------------------------------------------------- targets

/// What a target has done, with nothing inside: a token that the next target asks for.
type Restored = | Restored
type Tools = | Tools
type Built = | Built

let restore () =
    step "restore" (fun () ->
        dotnet [ "restore"; solution ]
        Restored)

let tools () =
    step "tools" (fun () ->
        dotnet [ "tool"; "restore" ]
        Tools)

let build (_: Restored) =
    step "build" (fun () ->
        dotnet [ "build"; solution; "--configuration"; configuration; "--no-restore" ]
        Built)

/// The test program directly, so that its last line, `N passed, N failed`, is ours too.
let test (_: Built) arguments =
    step "test" (fun () -> dotnet (program "Alignment.Tests" "Alignment.Tests" :: arguments))

let demo (_: Built) = step "demo" (fun () -> dotnet [ "fsi"; "examples/01-jailbreak-equilibrium.fsx" ])

let bench (_: Built) arguments =
    step "bench" (fun () -> dotnet (program "Alignment.Cli" "align" :: "bench" :: arguments))

let pack (_: Built) =
    step "pack" (fun () -> dotnet [ "pack"; solution; "--configuration"; configuration; "--no-build" ])

/// Packs under a version of its own, since a package of a version that was restored before is never looked at again.
let consumers (_: Built) =
    step "consumers" (fun () ->
        let version = $"0.1.0-try.%d{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}"
        let feed = Path.Combine(root, "artifacts", "try", version)

        dotnet [
            "pack"
            solution
            "--configuration"
            configuration
            "--no-build"
            $"-p:Version={version}"
            "--output"
            feed
        ]

        dotnet [ "fsi"; "tests/consumers.fsx"; feed; version ])

/// Where F# can be; named one by one, since Fantomas would also format what a build generates under artifacts.
let fsharpSources =
    [ "build.fsx"; "Dsl"; "Solvers"; "Runtime"; "examples"; "tests" ]
    |> List.filter (fun name -> Path.Exists(Path.Combine(root, name)))

let format (_: Tools) =
    step "format" (fun () ->
        dotnet [ "csharpier"; "format"; "." ]
        dotnet ("fantomas" :: fsharpSources))

let check (_: Tools) =
    step "check" (fun () ->
        dotnet [ "csharpier"; "check"; "." ]
        dotnet ("fantomas" :: "--check" :: fsharpSources))

// ----------------------------------------------------------------------------------------------------------- usage

let usage =
    """dotnet fsi build.fsx TARGET [-- ARGS]

  restore   fetch the packages
  build     restore, then compile everything
  test      build, then run all tests; ARGS go to the test program, such as --filter solvers
  demo      build, then run the first example
  bench     build, then run `align bench ARGS`
  format    lay out every C# and F# file
  check     fail if `format` would change a file
  pack      build, then write the packages to artifacts/packages
  consumers build, pack, and use the packages from an empty folder
  help      this text

Exit code: 0, or that of the step that failed; 2 for a wrong TARGET."""

let arguments =
    match List.ofArray fsi.CommandLineArgs |> List.tail with
    | "--" :: rest -> rest
    | all -> all

let target, rest =
    match arguments with
    | [] -> "help", []
    | target :: "--" :: rest
    | target :: rest -> target, rest

try
    match target, rest with
    | "restore", [] -> restore () |> ignore
    | "build", [] -> restore () |> build |> ignore
    | "test", _ -> test (restore () |> build) rest
    | "demo", [] -> restore () |> build |> demo
    | "bench", _ -> bench (restore () |> build) rest
    | "format", [] -> tools () |> format
    | "check", [] -> tools () |> check
    | "pack", [] -> restore () |> build |> pack
    | "consumers", [] -> restore () |> build |> consumers
    | ("help" | "--help" | "-h"), _ -> printfn "%s" usage
    | ("restore" | "build" | "demo" | "format" | "check" | "pack" | "consumers"), _ ->
        eprintfn "build.fsx: %s takes no arguments, got: %s" target (String.concat " " rest)
        exit 2
    | _ ->
        eprintfn "build.fsx: unknown target '%s'.\n\n%s" target usage
        exit 2
with Failed exitCode ->
    exit exitCode
