namespace Alignment.Cli

open System
open System.Diagnostics
open System.IO
open System.Runtime.InteropServices
open Alignment.CommandLine

/// Runs `dotnet` as a child on our own stdin and stderr. Ctrl-C and SIGTERM reach it.
module ChildProcess =
    [<Literal>]
    let private Sigterm = 15

    [<DllImport("libc", EntryPoint = "kill")>]
    extern int private sendSignal(int pid, int signal)

    let private host () =
        match Environment.ProcessPath with
        | null -> "dotnet"
        | path when Path.GetFileNameWithoutExtension path = "dotnet" -> path
        | _ -> "dotnet"

    /// SIGTERM for every signal: `dotnet` hands that one on to the script, and Ctrl-C of a terminal has reached it anyway.
    let stop (child: Process) =
        if OperatingSystem.IsWindows() then
            child.Kill(entireProcessTree = true)
        elif not child.HasExited then
            sendSignal (child.Id, Sigterm) |> ignore

    /// Starts this tool, with its outputs for us to read.
    let startTool (arguments: string list) (environment: (string * string) list) =
        let tool = Reflection.Assembly.GetExecutingAssembly().Location

        let info =
            ProcessStartInfo(
                host (),
                tool :: arguments,
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true
            )

        for name, value in ("DOTNET_NOLOGO", "1") :: environment do
            info.Environment[name] <- value

        match Process.Start info with
        | null -> Faults.refuse "The child process did not start."
        | child -> child

    let private start redirectsOutput (arguments: string list) (environment: (string * string) list) =
        let info =
            ProcessStartInfo(host (), arguments, UseShellExecute = false, RedirectStandardOutput = redirectsOutput)

        for name, value in ("DOTNET_NOLOGO", "1") :: environment do
            info.Environment[name] <- value

        match Process.Start info with
        | null -> Faults.refuse "The child process did not start."
        | child -> child

    let private finish (child: Process) =
        use signals = new Signals(fun _ -> stop child)
        child.WaitForExit()
        defaultArg signals.ExitCode child.ExitCode

    /// Runs a command of `dotnet` to its end, on our own stdout; the exit code is its own, or that of the signal that ended
    /// it.
    let run arguments environment =
        use child = start false arguments environment
        finish child

    /// The same, with every line that it prints handed over.
    let runTelling (tell: string -> unit) arguments environment =
        use child = start true arguments environment

        child.OutputDataReceived.Add(fun line ->
            match line.Data with
            | null -> ()
            | text -> tell text)

        child.BeginOutputReadLine()
        finish child

    /// The same, with every line that it prints on stderr.
    let runOnError arguments environment =
        let tell line =
            if not (String.IsNullOrWhiteSpace line) then
                Console.Error.WriteLine line

        runTelling tell arguments environment
