namespace Alignment.Cli

open System
open System.Diagnostics
open System.IO
open System.Runtime.InteropServices
open Alignment.CommandLine

/// Runs scripts that need a compiler of their own as child processes. Ctrl-C and SIGTERM reach them, and so does the
/// exit code back, even from a script that forgets to return it.
module ChildScript =
    [<Literal>]
    let private Sigterm = 15

    [<DllImport("libc", EntryPoint = "kill")>]
    extern int private sendSignal(int pid, int signal)

    /// What a runtime ends with when an exception escapes: its own code, or that of SIGABRT.
    let private crashes = set [ 1; 134; 0xE0434352 ]

    let private host () =
        match Environment.ProcessPath with
        | null -> "dotnet"
        | path when Path.GetFileNameWithoutExtension path = "dotnet" -> path
        | _ -> "dotnet"

    /// SIGTERM for every signal: `dotnet` hands that one on to the script, and Ctrl-C of a terminal has reached it anyway.
    let private stop (child: Process) =
        if OperatingSystem.IsWindows() then
            child.Kill(entireProcessTree = true)
        elif not child.HasExited then
            sendSignal (child.Id, Sigterm) |> ignore

    let private start (arguments: string list) (variables: (string * string) list) =
        let info = ProcessStartInfo(host (), arguments, UseShellExecute = false)

        for name, value in variables do
            info.Environment[name] <- value

        match Process.Start info with
        | null -> Faults.refuse "The child process did not start."
        | child -> child

    /// The exit code of a child that was not cancelled.
    let private judge script capture (receipt: string) exitCode =
        match File.Exists receipt, exitCode with
        | true, code ->
            match Int32.TryParse(File.ReadAllText receipt) with
            | true, told -> told
            | _ -> code
        | false, 0 when Option.isSome capture ->
            Faults.refuse $"%s{script}: hands no experiment over, so there is nothing to check; end it with Experiment.main or Main."
        | false, code when crashes.Contains code ->
            Faults.refuse $"%s{script}: did not come to its experiment; what is wrong stands above."
        | false, code -> code

    /// Runs `dotnet` with these arguments on our own stdin, stdout and stderr.
    let run script (capture: string option) (arguments: string list) =
        let receipt = Path.Combine(Path.GetTempPath(), $"align-%O{Guid.NewGuid()}")

        let variables = [
            Handshake.ReceiptVariable, receipt
            "DOTNET_NOLOGO", "1"
            yield! capture |> Option.map (fun stage -> Handshake.CaptureVariable, stage) |> Option.toList
        ]

        try
            use child = start arguments variables
            use signals = new Signals(fun _ -> stop child)
            child.WaitForExit()

            match signals.ExitCode with
            | Some code -> code
            | None -> judge script capture receipt child.ExitCode
        finally
            File.Delete receipt
