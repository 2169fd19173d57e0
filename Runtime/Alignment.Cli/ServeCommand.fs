namespace Alignment.Cli

open System
open System.IO
open System.Net
open Argu
open Alignment.CommandLine
open Alignment.Serve

/// The options of `align serve`.
[<HelpFlags("--help", "-h"); HelpDescription("print this text")>]
type ServeOption =
    | [<EqualsAssignmentOrSpaced>] Port of PORT: string
    | [<EqualsAssignmentOrSpaced>] Bind of ADDRESS: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Port _ -> "the port; 0 takes any free one. By default 6460, or any free one where that is taken"
            | Bind _ ->
                "the address to listen on, by default 127.0.0.1, which only this machine reaches. Anywhere else a visitor must show a token: that of ALIGN_TOKEN, or one that is drawn and printed"

/// `align serve`: the live page over a folder of runs.
module ServeCommand =
    /// Holds the token that visitors must show.
    [<Literal>]
    let TokenVariable = "ALIGN_TOKEN"

    let private address (text: string) : IPAddress =
        match IPAddress.TryParse text with
        | true, (NonNull address) -> address
        | _ when text = "localhost" -> IPAddress.Loopback
        | _ ->
            Faults.refuse
                $"--bind: expected an address of this machine such as 127.0.0.1, or 0.0.0.0 for all, got '%s{text}'."

    let private token () =
        match Environment.GetEnvironmentVariable TokenVariable with
        | null
        | "" -> null
        | text when text.Length < 16 -> Faults.refuse $"%s{TokenVariable}: a token has at least 16 characters."
        | text -> text

    let private options folder (given: ServeOption list) =
        let port =
            given
            |> List.tryPick (function
                | Port text -> Some(int (Words.whole "--port" 0L 65535L text))
                | _ -> None)

        let bind =
            given
            |> List.tryPick (function
                | Bind text -> Some(address text)
                | _ -> None)

        ServeOptions(
            Folder = folder,
            Address = Option.defaultValue IPAddress.Loopback bind,
            Port = Option.toNullable port,
            Token = token (),
            Solver = RunsPlace.solver
        )

    let private serve (terminal: Terminal) (options: ServeOptions) =
        use signals = new Signals()

        let page =
            try
                LivePage.StartAsync(options, signals.Token).GetAwaiter().GetResult()
            with :? IOException as e ->
                Faults.refuse $"%s{e.Message} Choose another --port, or leave it out."

        terminal.Out.WriteLine $"{page.Address}"
        terminal.Error.WriteLine $"The runs in %s{options.Folder}; Ctrl-C ends."

        if not (IPAddress.IsLoopback options.Address) then
            terminal.Error.WriteLine
                "Whoever has this address can read the runs and stop them, and nothing is encrypted on the way: not for the open internet."

        try
            page.WaitAsync(signals.Token).GetAwaiter().GetResult()
        finally
            page.DisposeAsync().AsTask().GetAwaiter().GetResult()

        ExitCode.Done

    let private run command (terminal: Terminal) tokens =
        let arguments = Arguments.parse<ServeOption> tokens

        if arguments.WantsHelp then
            Command.printHelp command terminal
        else
            let folder = RunsPlace.folder (Command.single command arguments.Positional)
            serve terminal (options folder arguments.Options)

    let command = {
        Name = "serve"
        Operands = "[DIR] [--port PORT] [--bind ADDRESS]"
        Summary =
            "Serves a live page over a folder of runs to a browser: by default over ALIGN_RUNS, or else over runs."
        Details = fun () -> [ Arguments.help<ServeOption> "align serve [DIR]" ]
        Examples = [ "align serve"; "align serve sweeps --port 8080" ]
        Run = run
    }
