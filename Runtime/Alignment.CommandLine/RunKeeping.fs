namespace Alignment.CommandLine

open System
open System.Diagnostics
open System.IO
open Alignment
open Alignment.Runtime

/// What the folder of a run keeps of its result.
type KeptResult = {
    State: RunState
    Sentence: string
    Steps: int64
    /// Names, and what fills each with files; they are whole before any of the files below is there.
    Folders: (string * (string -> unit)) list
    /// Names, and what writes each; the one with which there is a result, such as `solution.json`, comes last.
    Files: (string * (Stream -> unit)) list
    /// What the run printed.
    Summary: string
}

/// How a run of the command line is kept.
module RunKeeping =
    /// Refuses a place where no folder can be made, before the run that would be lost there.
    let check (parent: string) =
        if File.Exists parent then
            Faults.refuse $"--out: '%s{parent}' is a file; name a folder."

    let private git (arguments: string list) =
        try
            let info =
                ProcessStartInfo(
                    "git",
                    arguments,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                    UseShellExecute = false
                )

            match Process.Start info with
            | null -> None
            | child ->
                use child = child
                child.BeginErrorReadLine() // what it says is not for the terminal, and must not fill the pipe
                let text = child.StandardOutput.ReadToEnd()
                child.WaitForExit()
                if child.ExitCode = 0 then Some text else None
        with :? ComponentModel.Win32Exception ->
            None

    /// The commit of the folder that the run starts in, and what was changed since.
    let private commit () =
        match git [ "rev-parse"; "HEAD" ], git [ "diff"; "HEAD" ] with
        | Some commit, Some "" -> Some(commit.Trim()), None
        | Some commit, Some diff -> Some(commit.Trim() + "+"), Some diff
        | _ -> None, None

    /// What belongs to how a run is started, not to where it is kept or what it prints.
    let private isOfResult option =
        match option with
        | Config _
        | Out _
        | Name _
        | Tag _
        | Note _
        | Group _
        | Resume _
        | Checkpoint _
        | RunOption.Keep _
        | RunOption.Json
        | Verbose
        | RunOption.Jobs _
        | RunOption.Format _
        | RunOption.Show _
        | Dry_Run -> false
        | _ -> true

    /// The options that make a run what it is, as a command line.
    let options (request: Request) =
        let parser = Arguments.parser<RunOption>()
        request.Options |> List.filter isOfResult |> parser.PrintCommandLineArguments

    /// The copies of a run's own files: the script and what it loads, or the game's file.
    let private copies (request: Request) =
        match request.Start with
        | Script path -> ScriptCopy.make path
        | GameNamed text when File.Exists text ->
            let name = Path.Combine("game", nonNull (Path.GetFileName text))
            Some(name, [ name, File.ReadAllBytes text ])
        | _ -> None

    let private start (request: Request) copy =
        let command, operand =
            match request.Start with
            | Script path -> "run", path
            | GameNamed text -> "solve", text

        RunStart(command, operand, options request, Environment.CurrentDirectory, Option.toObj copy)

    /// The plan of a run below a folder.
    /// <param name="start">How it is started again.</param>
    /// <param name="config">The resolved options, as a configuration file.</param>
    /// <param name="copies">Files of its own from its beginning.</param>
    let planOf (keeping: Keeping) start (config: string) (copies: (string * byte[]) list) (parent: string) =
        let commit, diff = commit ()

        let files = [
            yield! copies
            RunFiles.Config, Text.Encoding.UTF8.GetBytes config
            match diff with
            | Some text -> "source.diff", Text.Encoding.UTF8.GetBytes text
            | None -> ()
        ]

        RunPlan(
            Parent = parent,
            Name = Option.toObj keeping.Name,
            Tags = Array.ofList keeping.Tags,
            Note = Option.toObj keeping.Note,
            Group = Option.toObj keeping.Group,
            Start = start,
            Commit = Option.toObj commit,
            Files = readOnlyDict files,
            Resume =
                (match keeping.Resume with
                 | Never -> ResumeFrom.Nothing
                 | Auto -> ResumeFrom.Newest
                 | Named _ -> ResumeFrom.Run),
            Run =
                (match keeping.Resume with
                 | Named run -> (RunNames.findBelow parent run).Path
                 | _ -> null),
            Writing =
                RunWriterOptions(
                    Interval = (keeping.Checkpoint |> Option.map TimeSpan.FromSeconds |> Option.toNullable),
                    Keep = defaultArg keeping.Keep 2
                )
        )

    let private plan (request: Request) (config: string) (parent: string) =
        let copy, files =
            match copies request with
            | Some(name, files) -> Some name, files
            | None -> None, []

        planOf request.Keeping (start request copy) config files parent

    /// What becomes of a run whose solve ended so.
    let stateOf (status: Status) =
        match status.Outcome with
        | Outcome.Cancelled -> RunState.Cancelled
        | _ -> RunState.Finished

    /// The folder below which the run is kept: the one that is named, or where the run lies that is to go on.
    let place (out: string option) resume =
        match out, resume with
        | None, Named run -> Path.GetDirectoryName((RunNames.find run).Path) |> Option.ofObj
        | out, _ -> out

    /// Fills a folder of the run: it is whole, or not there.
    let private addFolder (run: RunFolder) (name: string) fill =
        let target = run.File name
        let partial = target + ".partial"

        for old in [ partial; target ] do
            if Directory.Exists old then
                Directory.Delete(old, recursive = true)

        fill partial
        Directory.Move(partial, target)

    /// Works with everything kept below a folder.
    /// <param name="plan">How, from the folder; asked once the folder is known to be one.</param>
    /// <param name="result">What the run's folder keeps of what the work came to.</param>
    /// <param name="work">Works with the recorder and tells on the terminal, until the token of the signals is cancelled.</param>
    let keep
        (terminal: Terminal)
        (parent: string)
        (plan: string -> RunPlan)
        (signals: Signals)
        (result: 'T -> KeptResult)
        (work: Terminal -> RunSession -> 'T)
        : 'T =
        check parent
        use log = new ConsoleLog(terminal.Error)
        let terminal = { terminal with Error = log }
        let tell (text: string) = terminal.Error.WriteLine $"note     %s{text}"

        let begun (folder: RunFolder) =
            log.Open(folder.File RunFiles.Console)
            Handshake.began folder.Path

        use session = new RunSession(plan parent, tell, begun)
        // whoever looks at the run may ask it to stop
        use _ = signals.Watch(fun () -> session.IsAskedToStop)

        try
            let worked = work terminal session
            let kept = result worked

            match session.Folder with
            | null -> ()
            | folder ->
                for name, fill in kept.Folders do
                    addFolder folder name fill

            for name, write in kept.Files do
                session.Add(name, write)

            session.End(kept.State, kept.Sentence, kept.Steps)
            log.Keep(kept.Summary + "\n")

            session.Folder
            |> Option.ofObj
            |> Option.iter (fun folder -> terminal.Error.WriteLine $"saved    %s{folder.Path}")

            worked
        with e ->
            let _, message = Faults.describe e
            session.End(RunState.Failed, message)
            log.Keep(message + "\n")
            reraise ()

    /// Solves with everything kept, where the request asks for it.
    /// <param name="config">The resolved options, as a configuration file.</param>
    /// <param name="result">What the folder keeps of a solution.</param>
    /// <param name="solve">Solves with the recorder and tells on the terminal, until the token of the signals is cancelled.</param>
    let solve
        (terminal: Terminal)
        (request: Request)
        (config: string)
        (signals: Signals)
        (result: 'T -> KeptResult)
        (solve: Terminal -> IRunRecorder | null -> 'T)
        : 'T =
        let keeping = request.Keeping

        match place request.Out keeping.Resume with
        | None when keeping.Resume <> Never || keeping.Checkpoint.IsSome || keeping.Keep.IsSome ->
            Faults.refuse "--resume, --checkpoint and --keep are about runs that are kept; say where by --out DIR."
        | None -> solve terminal null
        | Some parent ->
            keep terminal parent (plan request config) signals result (fun log session -> solve log session)
