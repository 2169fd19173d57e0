namespace Alignment.Cli

open System
open System.IO
open System.Text
open Alignment
open Alignment.CommandLine
open Alignment.Reports
open Alignment.Runtime

/// `align run SCRIPT.fsx --literate FILE`: a script that is run, and written as a document.
module LiterateScript =
    let private check (path: string) (file: string) =
        if Words.extension path <> ".fsx" then
            Faults.refuse $"--literate: expected an F# script that ends in .fsx, got '%s{path}'."

        if not (File.Exists path) then
            Faults.refuse $"%s{path}: no such file; check the path."

        match Path.GetDirectoryName(Path.GetFullPath file) with
        | null -> Faults.refuse $"--literate: '%s{file}' is no file; name an HTML file to write."
        | folder when not (Directory.Exists folder) -> Faults.refuse $"--literate: there is no folder '%s{folder}'."
        | _ when Directory.Exists file ->
            Faults.refuse $"--literate: '%s{file}' is a folder; name an HTML file to write."
        | _ when Path.GetFullPath file = Path.GetFullPath path ->
            Faults.refuse $"--literate: '%s{file}' is the script itself; name an HTML file to write."
        | _ -> ()

    /// Runs the script as `align run` does, and writes the document if it came to its end.
    let run (terminal: Terminal) (path: string) arguments (file: string) (told: (string * string) list) =
        check path file
        let source = File.ReadAllText path
        let printed = StringBuilder()
        let note = Path.Combine(Path.GetTempPath(), $"align-run-%O{Guid.NewGuid()}")

        let tell (line: string) =
            printed.Append(line).Append '\n' |> ignore
            terminal.Out.WriteLine line

        let child = ChildProcess.runTelling tell ([ "fsi"; "--quiet"; "--exec"; path; "--" ] @ arguments)

        try
            match Receipt.forScript path None ((Handshake.RunVariable, note) :: told) child with
            | ExitCode.Done
            | ExitCode.NotConverged as code ->
                let run: RunFolder | null = if File.Exists note then RunFolder.Open(File.ReadAllText note) else null

                let solver =
                    match run with
                    | null -> null
                    | run -> RunsPlace.solver run

                let name = FileInfo(path).Name

                try
                    AtomicFile.Write(
                        file,
                        Action<Stream>(fun stream -> Literate.Write(source, name, string printed, run, stream, solver))
                    )
                with
                | :? IOException
                | :? UnauthorizedAccessException as e -> Faults.refuse $"--literate: %s{e.Message}"

                terminal.Error.WriteLine $"written  %s{Path.GetFullPath file}"
                code
            | code -> code
        finally
            File.Delete note
