namespace Alignment.CommandLine

open System
open System.Collections.Generic
open System.IO
open System.Text
open System.Text.RegularExpressions

/// A script with everything of its own that it loads, as files that can be run from another folder.
module ScriptCopy =
    [<Literal>]
    let Folder = "script"

    let private load = Regex @"^\s*#load\s+(?<rest>"".*)$"
    let private quoted = Regex @"""(?<path>[^""]*)"""
    let private reference = Regex @"^(?<before>\s*#(r|I)\s+"")(?<path>[^""]+)(?<after>"".*)$"
    let private project = Regex @"^(?<before>\s*#:project\s+)(?<path>\S.*?)(?<after>\s*)$"

    let private folderOf (file: string) =
        match Path.GetDirectoryName file with
        | null -> "."
        | folder -> folder

    /// The scripts that a line loads.
    let private loaded file line =
        match load.Match line with
        | found when found.Success ->
            quoted.Matches found.Groups["rest"].Value
            |> Seq.map (fun path -> Path.GetFullPath(Path.Combine(folderOf file, path.Groups["path"].Value)))
            |> Seq.filter File.Exists
            |> List.ofSeq
        | _ -> []

    /// A line whose relative paths to libraries and projects lead to where they led.
    let private anchored file line =
        let anchor (found: Match) =
            let path = found.Groups["path"].Value
            let full = Path.GetFullPath(Path.Combine(folderOf file, path))

            if Path.Exists full then
                found.Groups["before"].Value + full + found.Groups["after"].Value
            else
                found.Value

        project.Replace(reference.Replace(line, MatchEvaluator anchor), MatchEvaluator anchor)

    let rec private gather (files: Dictionary<string, string[]>) file =
        if not (files.ContainsKey file) then
            let lines = File.ReadAllLines file
            files.Add(file, lines)
            lines |> Array.iter (loaded file >> List.iter (gather files))

    let private common (folders: string list) =
        let parts (folder: string) = folder.Split Path.DirectorySeparatorChar |> List.ofArray

        let rec shared a b =
            match a, b with
            | x :: restA, y :: restB when x = y -> x :: shared restA restB
            | _ -> []

        match folders |> List.map parts |> List.reduce shared with
        // nothing but the root
        | [ "" ] -> string Path.DirectorySeparatorChar
        | parts -> String.concat (string Path.DirectorySeparatorChar) parts

    /// The copies by their names in a run's folder, and which of them is the script.
    let make (script: string) : (string * (string * byte[]) list) option =
        if not (File.Exists script) then
            None
        else
            let script = Path.GetFullPath script
            let files = Dictionary<string, string[]>()
            gather files script
            let root = files.Keys |> Seq.map folderOf |> List.ofSeq |> common
            let name file = Path.Combine(Folder, Path.GetRelativePath(root, file))

            let copies = [
                for file in files do
                    let lines = file.Value |> Array.map (anchored file.Key)
                    name file.Key, Encoding.UTF8.GetBytes(String.Join('\n', lines) + "\n")
            ]

            Some(name script, copies)
