namespace Alignment.CommandLine

open System
open System.IO

/// What `align` and a script that it starts tell each other, through the environment.
module Handshake =
    /// Names a stage (`spec`, `ir`, `plan` or `check`): the script prints it instead of running.
    [<Literal>]
    let CaptureVariable = "ALIGN_CAPTURE"

    /// Names a file, the receipt: the script creates it when it hands its experiment over, and writes its exit code there.
    [<Literal>]
    let ReceiptVariable = "ALIGN_RECEIPT"

    /// Names the folder below which the run is kept, if the script's own options name none.
    [<Literal>]
    let OutVariable = "ALIGN_OUT"

    /// Names the folder that the script's relative paths start from: of a copy, that of the original.
    [<Literal>]
    let FolderVariable = "ALIGN_FOLDER"

    /// Set where the script has been built already: runs of a sweep do not build it all at once.
    [<Literal>]
    let BuiltVariable = "ALIGN_BUILT"

    /// Names a file: the script writes there which folder its run is kept in.
    [<Literal>]
    let RunVariable = "ALIGN_RUN"

    let private variable name =
        match Environment.GetEnvironmentVariable name with
        | null
        | "" -> None
        | value -> Some value

    /// The stage that is asked for.
    let captured () = variable CaptureVariable

    /// Whether the script has been built already.
    let isBuilt () = (variable BuiltVariable).IsSome

    /// The folder below which the run is kept.
    let kept () = variable OutVariable

    /// The experiment with its data where the original script had them.
    let based (experiment: Alignment.Experiment) =
        match variable FolderVariable with
        | Some folder -> experiment.With(fun options -> options.With(baseDirectory = folder))
        | None -> experiment

    let private write (text: string) =
        variable ReceiptVariable |> Option.iter (fun file -> File.WriteAllText(file, text))

    /// Tells which folder the run is kept in.
    let began (folder: string) = variable RunVariable |> Option.iter (fun file -> File.WriteAllText(file, folder))

    /// Tells that the experiment has been handed over.
    let entered () = write ""

    /// The first line of a receipt that asks for processes.
    [<Literal>]
    let Split = "sweep"

    /// Whether somebody reads the receipt.
    let isAsked () = (variable ReceiptVariable).IsSome

    /// Tells that a sweep's values need processes of their own, each key with why.
    let split (keys: (string * string) list) =
        let line (key: string, why: string) = key + "\t" + why.ReplaceLineEndings " "
        let lines = List.map line keys
        write (String.concat "\n" (Split :: lines))

    /// Tells how the experiment has ended.
    let ended (code: int) =
        write (string code)
        code
